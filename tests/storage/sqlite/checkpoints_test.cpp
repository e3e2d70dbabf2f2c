#include "storage/sqlite/checkpoints.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "storage/limits.hpp"
#include "storage/sqlite/wal_format.hpp"
#include "tests/storage/sqlite/opened_journal.hpp"

/// Checkpoints as a journal makes them.
namespace rollcall::storage {

BOOST_FIXTURE_TEST_SUITE(checkpoints, File)

BOOST_AUTO_TEST_CASE(a_checkpoint_that_fails_is_not_tried_again_at_once_but_after_a_look) {
  const Opened opened(path);
  for (UserId id = 1; id <= 1'100; ++id) BOOST_REQUIRE((opened.commit(id) == Status::ok));
  FaultyVfs::fail_writes(FaultyVfs::full);
  // The first parts have nothing to write: a later one has the same page.
  Status status = Status::ok;
  for (int i = 0; i < 8 && status == Status::ok; ++i) status = opened.journal->maintain({});
  BOOST_TEST((status == Status::disk_full));
  FaultyVfs::heal();
  BOOST_TEST(opened.journal->last_error().starts_with(path + ": "));
  BOOST_TEST((opened.journal->maintain({}) == Status::disk_full));
  BOOST_TEST((opened.commit(1'101) == Status::ok));
  BOOST_TEST((opened.journal->look() == Status::ok));
  for (int i = 0; i < 8; ++i) BOOST_TEST((opened.journal->maintain({}) == Status::ok));
  BOOST_TEST(opened.journal->wal_octets() == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_reader_keeps_from_being_copied_is_copied_in_parts_when_it_goes) {
  const Opened opened(path);
  BOOST_TEST((opened.commit(1) == Status::ok));
  int code = -1;
  SqliteDatabase reader(path, SqliteDatabase::Access::read_only, nullptr, code);
  BOOST_REQUIRE(reader.execute("BEGIN; SELECT count(*) FROM users") == 0);
  UserId id = 1;
  while (id < 5'500) BOOST_REQUIRE((opened.commit(++id) == Status::ok));
  BOOST_TEST((opened.journal->maintain({}) == Status::ok));
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
    BOOST_REQUIRE((opened.journal->maintain({}) == Status::ok));
    left = opened.journal->wal_octets() / frame_octets;
    const std::uint64_t part = before - left;
    BOOST_TEST(part >= std::min(CheckpointPace::least_frames + batch, before));
    BOOST_TEST(part <= default_checkpoint_frames + batch);
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
    BOOST_TEST((opened.journal->maintain({}) == Status::ok));
    BOOST_TEST(sum(first) == 5'500 * 100'001);
    BOOST_TEST(sum(second) == 2'500 * 100'001);
  }
  // The second one holds back the rest.
  BOOST_TEST(opened.journal->wal_octets() > 2'900U * 4'096);
}

BOOST_AUTO_TEST_CASE(the_first_part_is_small_whatever_the_disk_is) {
  const Opened opened(path);
  for (UserId id = 1; id <= 1'100; ++id) BOOST_REQUIRE((opened.commit(id) == Status::ok));
  constexpr std::uint64_t frame_octets = frame_header_octets + default_page_octets;
  const std::uint64_t before = opened.journal->wal_octets() / frame_octets;
  BOOST_TEST((opened.journal->maintain({}) == Status::ok));
  const std::uint64_t left = opened.journal->wal_octets() / frame_octets;
  BOOST_TEST(before - left >= std::uint64_t{CheckpointPace::first_frames});
  BOOST_TEST(before - left < 2 * std::uint64_t{CheckpointPace::first_frames});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(checkpoint_pace)

namespace {

using std::chrono::milliseconds;

/// The frames of each of `parts` parts on a disk that takes so long for a part and for each frame.
int after(CheckpointPace& pace, int parts, milliseconds part, milliseconds frame,
          milliseconds commit) {
  for (int i = 0; i < parts; ++i) pace.took(part + pace.frames(0) * frame, commit);
  return pace.frames(0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_quick_disk_gets_ever_more_up_to_a_whole_checkpoint) {
  CheckpointPace pace(1'000);
  BOOST_TEST(pace.frames(0) == CheckpointPace::first_frames);
  BOOST_TEST(after(pace, 1, milliseconds(12), milliseconds(0), milliseconds(1)) == 32);
  BOOST_TEST(after(pace, 9, milliseconds(13), milliseconds(0), milliseconds(1)) == 32);
  BOOST_TEST(after(pace, 9, milliseconds(12), milliseconds(0), milliseconds(1)) == 1'000);
  BOOST_TEST(after(pace, 9, milliseconds(25), milliseconds(0), milliseconds(1)) == 1'000);
}

BOOST_AUTO_TEST_CASE(a_disk_that_becomes_slow_gets_less_after_one_part) {
  CheckpointPace pace(1'000);
  after(pace, 9, milliseconds(1), milliseconds(0), milliseconds(1));
  BOOST_TEST(after(pace, 1, milliseconds(26), milliseconds(0), milliseconds(1)) == 961);
  BOOST_TEST(after(pace, 1, milliseconds(0), milliseconds(5), milliseconds(1)) == 5);
  BOOST_TEST(after(pace, 9, milliseconds(0), milliseconds(20), milliseconds(1)) ==
             CheckpointPace::least_frames);
}

BOOST_AUTO_TEST_CASE(a_part_may_take_as_long_as_a_commit_does) {
  CheckpointPace pace(1'000);
  BOOST_TEST(after(pace, 1, milliseconds(49), milliseconds(0), milliseconds(100)) == 32);
  BOOST_TEST(after(pace, 1, milliseconds(50), milliseconds(0), milliseconds(100)) == 32);
  BOOST_TEST(after(pace, 1, milliseconds(100), milliseconds(0), milliseconds(100)) == 32);
  BOOST_TEST(after(pace, 1, milliseconds(400), milliseconds(0), milliseconds(100)) == 8);
}

BOOST_AUTO_TEST_CASE(a_part_is_longer_than_large_batches_by_a_share_of_them) {
  CheckpointPace pace(1'000);
  BOOST_TEST(pace.frames(64) == 16);
  BOOST_TEST(pace.frames(400) == 100);
  BOOST_TEST(pace.frames(8'000) == 1'000);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_of_few_frames_is_one_part) {
  CheckpointPace pace(CheckpointPace::first_frames);
  BOOST_TEST(after(pace, 3, milliseconds(900), milliseconds(0), milliseconds(1)) ==
             CheckpointPace::first_frames);
  CheckpointPace longer(CheckpointPace::first_frames + 1);
  BOOST_TEST(after(longer, 9, milliseconds(900), milliseconds(0), milliseconds(1)) ==
             CheckpointPace::least_frames);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
