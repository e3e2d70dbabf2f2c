#include "server/store_events.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

namespace rollcall::server {
namespace {

/// What `act` writes.
template <class Act>
std::string written(const Act& act) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const out = ::open_memstream(&text, &size);
  PlainLog log(out);
  StoreEvents events(log);
  act(events);
  std::fclose(out);
  std::string result(text, size);
  std::free(text);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_events)

BOOST_AUTO_TEST_CASE(each_event_is_one_line_that_says_what_happened) {
  using storage::Status;
  BOOST_TEST(written([](auto& events) { events.created("a.db"); }) ==
             "rollcall: created a new store: a.db\n");
  BOOST_TEST(
      written([](auto& events) { events.writes_stopped(Status::disk_full, "a.db: full"); }) ==
      "rollcall: can't write to a.db: full; the disk is full, so writes get 503 until there "
      "is space: free some\n");
  BOOST_TEST(written([](auto& events) { events.writes_stopped(Status::io_error, "a.db: EIO"); }) ==
             "rollcall: can't write to a.db: EIO; a write failed, so writes get 503 until one "
             "succeeds: check the disk\n");
  BOOST_TEST(
      written([](auto& events) { events.writes_stopped(Status::sync_failed, "a.db: EIO"); }) ==
      "rollcall: can't write to a.db: EIO; the disk failed to sync, so nobody knows what is "
      "on it, and writes get 503 until a restart: check the disk, then restart\n");
  BOOST_TEST(written([](auto& events) { events.recovered("a.db", 3); }) ==
             "rollcall: took over 3 frames that the last run left in the WAL of a.db (it was "
             "killed, or a reader was in the way); no acknowledged user is lost\n");
  BOOST_TEST(written([](auto& events) { events.upgraded("a.db", "a.db.schema-1"); }) ==
             "rollcall: upgraded a.db to this program's schema; a.db.schema-1 is a copy from "
             "before, for going back to the older program: delete it once you no longer need it\n");
  BOOST_TEST(written([](auto& events) { events.unfinished_dropped("a.db", 3); }) ==
             "rollcall: the WAL of a.db ends in 3 frames of transactions that were never finished; "
             "they are left out, and nothing in them was acknowledged\n");
  BOOST_TEST(written([](auto& events) { events.open_to_others("a.db", 0644); }) ==
             "rollcall: a.db has mode 0644: users other than its owner may read it; run chmod 600 "
             "on it and on its -wal and -shm files\n");
  BOOST_TEST(written([](auto& events) { events.writes_resumed(); }) ==
             "rollcall: writes to the store succeed again\n");
  BOOST_TEST(written([](auto& events) { events.checkpoint_failed("EIO"); }) ==
             "rollcall: a checkpoint failed: EIO; no user is lost, but the WAL grows until one "
             "succeeds: check the disk and its space\n");
  BOOST_TEST(written([](auto& events) { events.wal_is_large(65U << 20); }) ==
             "rollcall: the WAL has 65 MiB that can't be copied to the data file, and grows: end "
             "the program that reads the file for so long (a shell, a backup)\n");
  BOOST_TEST(written([](auto& events) { events.wal_is_copied(); }) ==
             "rollcall: the WAL is copied to the data file again\n");
  BOOST_TEST(written([](auto& events) { events.keys_dropped_early(7); }) ==
             "rollcall: more than 7 idempotency keys are in use; from now on the oldest are "
             "dropped early: see --max-idempotency-keys\n");
  BOOST_TEST(written([](auto& events) { events.out_of_memory(); }) ==
             "rollcall: out of memory during a commit; stopping: what is on disk is safe\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
