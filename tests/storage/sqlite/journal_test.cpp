#include "storage/sqlite/journal.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <thread>

#include "tests/storage/sqlite/opened_journal.hpp"

namespace rollcall::storage {
BOOST_FIXTURE_TEST_SUITE(journal, File)

BOOST_AUTO_TEST_CASE(a_commit_survives_a_process_that_never_closes) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Opened opened(path);
    const bool ok = opened.commit(1) == Status::ok && opened.commit(2) == Status::ok;
    ::_exit(ok ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  BOOST_REQUIRE(status == 0);
  const Opened again(path);
  BOOST_TEST(again.report.users == 2U);
  BOOST_TEST(again.report.last_id == 2U);
}

BOOST_AUTO_TEST_CASE(a_commit_takes_no_lock_of_the_file_since_those_that_count_are_kept) {
  const Opened opened(path);
  BOOST_TEST((opened.commit(1) == Status::ok));
  const int before = FaultyVfs::locks_of_index();
  for (UserId id = 2; id < 10; ++id) BOOST_TEST((opened.commit(id) == Status::ok));
  BOOST_TEST(FaultyVfs::locks_of_index() == before);
  int code = -1;
  SqliteDatabase other(path, SqliteDatabase::Access::read_only, nullptr, code);
  BOOST_TEST(other.query_integer("SELECT count(*) FROM users", code) == 9);
}

BOOST_AUTO_TEST_CASE(a_full_disk_keeps_nothing_and_the_next_commit_works) {
  const Opened opened(path);
  BOOST_TEST((opened.commit(1) == Status::ok));
  FaultyVfs::fail_writes(FaultyVfs::full);
  BOOST_TEST((opened.commit(2) == Status::disk_full));
  BOOST_TEST((opened.commit(2) == Status::disk_full));
  FaultyVfs::heal();
  BOOST_TEST((opened.commit(2, "second") == Status::ok));
  std::string error;
  BOOST_TEST(opened.journal->close(error));
  const Opened again(path);
  UserRecord user;
  BOOST_TEST(again.report.users == 2U);
  BOOST_REQUIRE(again.table.find(2, user));
  BOOST_TEST(user.view().last_name == "second");
}

BOOST_AUTO_TEST_CASE(of_a_batch_of_every_kind_a_full_disk_keeps_nothing_and_the_next_keeps_all) {
  {
    const Opened opened(path);
    BOOST_TEST((opened.commit(1) == Status::ok));
    BOOST_TEST((opened.commit(2) == Status::ok));
    FaultyVfs::fail_writes(FaultyVfs::full);
    BOOST_TEST((opened.commit_one_of_each() == Status::disk_full));
    FaultyVfs::heal();
    std::string error;
    BOOST_TEST(opened.journal->close(error), error);
  }
  BOOST_TEST(Opened(path).contents() == "1 A, 2 A, ");
  BOOST_TEST((Opened(path).commit_one_of_each() == Status::ok));
  BOOST_TEST(Opened(path).contents() == "1 New, 3 A, p of 1 New, k of 3");
}

BOOST_AUTO_TEST_CASE(of_a_batch_of_every_kind_nothing_appears_after_a_failed_sync) {
  {
    const Opened opened(path);
    BOOST_TEST((opened.commit(1) == Status::ok));
    BOOST_TEST((opened.commit(2) == Status::ok));
    FaultyVfs::fail_syncs();
    BOOST_TEST((opened.commit_one_of_each() == Status::sync_failed));
    FaultyVfs::heal();
    std::string error;
    BOOST_TEST(opened.journal->close(error), error);
  }
  BOOST_TEST(Opened(path).contents() == "1 A, 2 A, ");
}

BOOST_AUTO_TEST_CASE(a_failed_sync_is_never_retried_and_its_batch_never_appears) {
  for (const int commits_before : {0, 1, 5}) {
    BOOST_TEST_CONTEXT(commits_before) {
      const File file;
      {
        const Opened opened(file.path);
        for (int i = 1; i <= commits_before; ++i) {
          BOOST_TEST((opened.commit(static_cast<UserId>(i)) == Status::ok));
        }
        FaultyVfs::fail_syncs();
        BOOST_TEST((opened.commit(100) == Status::sync_failed));
        FaultyVfs::heal();
        BOOST_TEST((opened.commit(101) == Status::sync_failed));
        BOOST_TEST(!opened.journal->last_error().empty());
        std::string error;
        BOOST_TEST(opened.journal->close(error));
      }
      const Opened again(file.path);
      BOOST_TEST(again.report.users == static_cast<std::uint64_t>(commits_before));
      BOOST_TEST((again.commit(200) == Status::ok));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_failed_sync_behind_a_checkpoint_never_appears_either) {
  UserId id = 0;
  {
    const Opened opened(path);
    // Enough frames for a checkpoint; then the log starts again from its beginning.
    while (id < 1'100) BOOST_REQUIRE((opened.commit(++id) == Status::ok));
    opened.journal->maintain({});
    FaultyVfs::fail_syncs();
    BOOST_TEST((opened.commit(id + 1) == Status::sync_failed));
    FaultyVfs::heal();
    std::string error;
    opened.journal->close(error);
  }
  const Opened again(path);
  BOOST_TEST(again.report.users == id);
  BOOST_TEST(again.report.last_id == id);
}

BOOST_AUTO_TEST_CASE(a_failed_sync_at_the_end_keeps_the_log) {
  {
    const Opened opened(path);
    BOOST_TEST((opened.commit(1) == Status::ok));
    FaultyVfs::fail_next_sync();
    std::string error;
    BOOST_TEST(!opened.journal->close(error));
    BOOST_TEST(!error.empty());
  }
  BOOST_TEST(std::filesystem::file_size(path + "-wal") > 0U);
  const Opened again(path);
  BOOST_TEST(again.report.users == 1U);
}

BOOST_AUTO_TEST_CASE(a_failed_sync_after_a_crash_loses_nothing_of_the_log_that_the_crash_left) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Opened opened(path);
    bool ok = true;
    for (UserId id = 1; id <= 50; ++id) ok = ok && opened.commit(id) == Status::ok;
    ::_exit(ok ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  BOOST_REQUIRE(status == 0);
  {
    const Opened opened(path);
    FaultyVfs::fail_syncs();
    BOOST_TEST((opened.commit(51) == Status::sync_failed));
    FaultyVfs::heal();
    std::string error;
    opened.journal->close(error);
  }
  const Opened again(path);
  BOOST_TEST(again.report.users == 50U);
}

BOOST_AUTO_TEST_CASE(nobody_gets_in_between_two_batches_however_often_he_tries) {
  const Opened opened(path);
  std::atomic<bool> tries{true};
  int got_in = 0;
  std::thread other([&] {
    int code = -1;
    SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
    while (tries) got_in += database.execute("BEGIN IMMEDIATE; ROLLBACK") == 0 ? 1 : 0;
  });
  for (UserId id = 1; id <= 2'000; ++id) {
    opened.commit(id);
    opened.journal->maintain({});
  }
  tries = false;
  other.join();
  BOOST_TEST(got_in == 0);
  BOOST_TEST(opened.journal->last_error() == "");
  BOOST_TEST((opened.commit(2'001) == Status::ok));
}

BOOST_AUTO_TEST_CASE(what_another_process_writes_in_a_gap_ends_writing_for_good) {
  const Opened opened(path);
  BOOST_TEST((opened.commit(1) == Status::ok));
  int code = -1;
  SqliteDatabase other(path, SqliteDatabase::Access::read_write, nullptr, code);
  BOOST_TEST(other.execute("DELETE FROM users") != 0);
  // A failure has no gap either.
  FaultyVfs::fail_writes(FaultyVfs::full);
  BOOST_TEST((opened.commit(2) == Status::disk_full));
  FaultyVfs::heal();
  BOOST_TEST(other.execute("DELETE FROM users") != 0);
  BOOST_TEST((opened.commit(2) == Status::ok));
  // Nor is there one to be had in a test but by taking the lock from below.
  BOOST_TEST((opened.commit(2) == Status::changed_elsewhere));
}

BOOST_AUTO_TEST_CASE(the_log_is_reused_rather_than_grown) {
  const Opened opened(path);
  std::uintmax_t largest = 0;
  for (UserId id = 1; id <= 5'000; ++id) {
    BOOST_REQUIRE((opened.commit(id) == Status::ok));
    opened.journal->maintain({});
    largest = std::max(largest, std::filesystem::file_size(path + "-wal"));
  }
  BOOST_TEST(largest < 2U * 1'000 * (4'096 + 24));
  std::string error;
  BOOST_TEST(opened.journal->close(error), error);
  BOOST_TEST(!std::filesystem::exists(path + "-wal"));
}

BOOST_AUTO_TEST_CASE(other_connections_read_while_it_is_open_and_can_not_write) {
  const Opened opened(path);
  BOOST_TEST((opened.commit(1) == Status::ok));
  int code = -1;
  SqliteDatabase other(path, SqliteDatabase::Access::read_write, nullptr, code);
  BOOST_REQUIRE(code == 0);
  BOOST_TEST(other.query_integer("SELECT count(*) FROM users", code) == 1);
  BOOST_TEST(other.execute("DELETE FROM users") != 0);
  BOOST_TEST((opened.commit(2) == Status::ok));
  BOOST_TEST(other.query_integer("SELECT count(*) FROM users", code) == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
