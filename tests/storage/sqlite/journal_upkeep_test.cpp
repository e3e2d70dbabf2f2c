#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "storage/limits.hpp"
#include "storage/sqlite/wal_format.hpp"
#include "tests/storage/sqlite/opened_journal.hpp"

/// What a SqliteJournal does between batches: checkpoints, and whether its file is still there.
namespace rollcall::storage {

BOOST_FIXTURE_TEST_SUITE(journal_upkeep, File)

BOOST_AUTO_TEST_CASE(a_file_that_is_removed_or_replaced_is_noticed_and_no_write_is_taken) {
  for (const char* how : {"removed", "replaced", "overwritten"}) {
    BOOST_TEST_CONTEXT(how) {
      const File file;
      const Opened opened(file.path);
      BOOST_TEST((opened.commit(1) == Status::ok));
      BOOST_TEST((opened.journal->look() == Status::ok));
      const std::string other = file.directory.file("other");
      std::ofstream(other) << "another file";
      if (how == std::string("removed")) std::filesystem::remove(file.path);
      if (how == std::string("replaced")) std::filesystem::rename(other, file.path);
      if (how == std::string("overwritten")) {
        std::filesystem::copy_file(other, file.path,
                                   std::filesystem::copy_options::overwrite_existing);
      }
      BOOST_TEST((opened.journal->look() == Status::file_replaced));
      BOOST_TEST(opened.journal->last_error().find(how) != std::string::npos);
      BOOST_TEST((opened.commit(2) == Status::file_replaced));
      std::string error;
      BOOST_TEST(!opened.journal->close(error));
      BOOST_TEST(error == opened.journal->last_error());
      if (how == std::string("removed")) continue;
      // What was put there is left as it is.
      std::ifstream left(file.path);
      BOOST_TEST(std::string(std::istreambuf_iterator<char>(left), {}) == "another file");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_looks_first_and_copies_nothing_into_another_file) {
  const Opened opened(path);
  for (UserId id = 1; id <= 1'100; ++id) BOOST_REQUIRE((opened.commit(id) == Status::ok));
  std::ofstream(path) << "another file";
  BOOST_TEST((opened.journal->maintain() == Status::file_replaced));
  BOOST_TEST(std::filesystem::file_size(path) == 12U);
}

BOOST_AUTO_TEST_CASE(own_checkpoints_are_not_taken_for_somebody_elses_writes) {
  const Opened opened(path);
  for (UserId id = 1; id <= 2'500; ++id) {
    BOOST_REQUIRE((opened.commit(id) == Status::ok));
    BOOST_REQUIRE((opened.journal->maintain() == Status::ok));
    BOOST_REQUIRE((opened.journal->look() == Status::ok));
  }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_fails_is_not_tried_again_at_once_but_after_a_look) {
  const Opened opened(path);
  for (UserId id = 1; id <= 1'100; ++id) BOOST_REQUIRE((opened.commit(id) == Status::ok));
  FaultyVfs::fail_writes(FaultyVfs::full);
  BOOST_TEST((opened.journal->maintain() == Status::disk_full));
  FaultyVfs::heal();
  BOOST_TEST(opened.journal->last_error().starts_with(path + ": "));
  BOOST_TEST((opened.journal->maintain() == Status::disk_full));
  BOOST_TEST((opened.commit(1'101) == Status::ok));
  BOOST_TEST((opened.journal->look() == Status::ok));
  for (int i = 0; i < 2; ++i) BOOST_TEST((opened.journal->maintain() == Status::ok));
  BOOST_TEST(opened.journal->wal_octets() == 0U);
}

BOOST_AUTO_TEST_CASE(after_a_checkpoint_whose_sync_fails_no_write_is_taken) {
  const Opened opened(path);
  for (UserId id = 1; id <= 1'100; ++id) BOOST_REQUIRE((opened.commit(id) == Status::ok));
  FaultyVfs::fail_next_sync();
  BOOST_TEST((opened.journal->maintain() == Status::sync_failed));
  BOOST_TEST((opened.commit(1'101) == Status::sync_failed));
}

BOOST_AUTO_TEST_CASE(
    what_a_reader_keeps_from_being_copied_is_counted_and_copied_in_parts_when_it_goes) {
  const Opened opened(path);
  BOOST_TEST((opened.commit(1) == Status::ok));
  int code = -1;
  SqliteDatabase reader(path, SqliteDatabase::Access::read_only, nullptr, code);
  BOOST_REQUIRE(reader.execute("BEGIN; SELECT count(*) FROM users") == 0);
  UserId id = 1;
  while (id < 5'500) BOOST_REQUIRE((opened.commit(++id) == Status::ok));
  BOOST_TEST((opened.journal->maintain() == Status::ok));
  constexpr std::uint64_t frame_octets = frame_header_octets + default_page_octets;
  std::uint64_t left = opened.journal->wal_octets() / frame_octets;
  BOOST_TEST(left > 5'000U);
  BOOST_TEST(reader.execute("COMMIT") == 0);
  opened.journal->look();
  // Each batch waits for a part, which is longer than itself.
  while (left > 0) {
    BOOST_REQUIRE((opened.commit(++id) == Status::ok));
    const std::uint64_t before = opened.journal->wal_octets() / frame_octets;
    const std::uint64_t batch = before - left;
    BOOST_REQUIRE((opened.journal->maintain() == Status::ok));
    left = opened.journal->wal_octets() / frame_octets;
    BOOST_TEST(before - left == std::min(default_checkpoint_frames + batch, before));
  }
  // The next commits begin the WAL again, and cut its file.
  BOOST_TEST(std::filesystem::file_size(path + "-wal") > max_idle_wal_octets);
  for (int i = 0; i < 2; ++i) BOOST_TEST((opened.commit(++id) == Status::ok));
  BOOST_TEST(std::filesystem::file_size(path + "-wal") <= max_idle_wal_octets);
}

BOOST_AUTO_TEST_CASE(a_reader_of_what_is_copied_in_parts_sees_what_it_saw) {
  const Opened opened(path);
  UserId id = 0;
  int code = -1;
  SqliteDatabase first(path, SqliteDatabase::Access::read_only, nullptr, code);
  SqliteDatabase second(path, SqliteDatabase::Access::read_only, nullptr, code);
  BOOST_TEST((opened.commit(++id) == Status::ok));
  BOOST_REQUIRE(first.execute("BEGIN; SELECT count(*) FROM users") == 0);
  while (id < 2'500) BOOST_REQUIRE((opened.commit(++id) == Status::ok));
  BOOST_REQUIRE(second.execute("BEGIN; SELECT count(*) FROM users") == 0);
  while (id < 5'500) BOOST_REQUIRE((opened.commit(++id) == Status::ok));
  BOOST_TEST(first.execute("COMMIT") == 0);
  const auto sum = [&](SqliteDatabase& reader) {
    return reader.query_integer("SELECT count(*) * 100000 + max(id) FROM users", code);
  };
  for (int i = 0; i < 8; ++i) {
    opened.journal->look();
    BOOST_TEST((opened.journal->maintain() == Status::ok));
    BOOST_TEST(sum(first) == 5'500 * 100'001);
    BOOST_TEST(sum(second) == 2'500 * 100'001);
  }
  // The second one holds back the rest.
  BOOST_TEST(opened.journal->wal_octets() > 2'900U * 4'096);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
