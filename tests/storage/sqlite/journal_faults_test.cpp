#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "storage/sqlite/journal.hpp"
#include "storage/sqlite/wal.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/storage/sqlite/store_files.hpp"

/// Faults of the disk and other programs in the way: what was acknowledged stays, and nothing else
/// appears.
namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;

/// So many that the next upkeep copies the WAL to the data file.
constexpr std::size_t many = 1'050;

/// A batch of this many is larger than SQLite's cache of 2 MB, in which each has a page.
constexpr std::size_t large = 600;
constexpr std::size_t octets_for_a_page = 2 * max_name_octets;

struct SyncFault {
  const char* what;
  bool restarts;         ///< The batch begins the WAL anew.
  bool reader_prevents;  ///< It would, but for a reader.
  int good_syncs;        ///< Of the batch's; the next one fails.
  bool truncate_fails;
};

constexpr SyncFault sync_faults[] = {
    {"appended", false, false, 0, false},
    {"appended, not truncated", false, false, 0, true},
    {"the new header", true, false, 0, false},
    {"the new header, not truncated", true, false, 0, true},
    {"the new header's frames", true, false, 1, false},
    {"the new header's frames, not truncated", true, false, 1, true},
    {"appended because of a reader", true, true, 0, false},
    {"appended because of a reader, not truncated", true, true, 0, true},
};

/// Opens what a crash would leave, goes on with it, and crashes again.
void check_after_crash(const StoreFiles& files, UserId users) {
  const StoreFiles crashed;
  const StoreFiles again;
  files.crash_into(crashed);
  {
    OpenedJournal opened(crashed.path);
    BOOST_TEST(opened.report.users == users);
    BOOST_TEST(opened.report.last_id == users);
    opened.last_id = opened.report.last_id;
    for (int i = 0; i < 3; ++i) BOOST_TEST((opened.commit() == Status::ok));
    crashed.crash_into(again);
  }
  BOOST_TEST(again.open().users == users + 3);
}

void check_sync_fault(const SyncFault& fault) {
  const StoreFiles files;
  OtherReader reader(files.path);
  UserId users = 0;
  {
    OpenedJournal opened(files.path);
    BOOST_REQUIRE((opened.commit(fault.restarts ? many : 5, octets_for_a_page) == Status::ok));
    if (fault.reader_prevents) reader.begin();
    opened.journal->maintain({});
    users = opened.last_id;
    FaultyVfs::fail_one_sync_after(fault.good_syncs);
    if (fault.truncate_fails) FaultyVfs::fail_truncates();
    BOOST_TEST((opened.commit(9) == Status::sync_failed));
    FaultyVfs::heal();
    BOOST_TEST((opened.commit() == Status::sync_failed));
    check_after_crash(files, users);
    std::string error;
    BOOST_TEST(opened.journal->close(error), error);
  }
  check_after_crash(files, users);
  {
    // The reader, if there is one, is still there.
    OpenedJournal opened(files.path);
    BOOST_TEST(opened.report.users == users);
    opened.last_id = opened.report.last_id;
    for (int i = 0; i < 4; ++i) BOOST_TEST((opened.commit() == Status::ok));
    check_after_crash(files, users + 4);
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(journal_faults, StoreFiles)

BOOST_AUTO_TEST_CASE(a_failed_sync_costs_its_batch_and_nothing_else_wherever_it_was_written) {
  for (const SyncFault& fault : sync_faults) {
    BOOST_TEST_CONTEXT(fault.what) { check_sync_fault(fault); }
  }
}

BOOST_AUTO_TEST_CASE(a_wal_that_can_not_be_cut_is_told) {
  OpenedJournal opened(path);
  BOOST_REQUIRE((opened.commit() == Status::ok));
  // The truncation works, and the sync behind it does not.
  FaultyVfs::fail_syncs();
  BOOST_TEST((opened.commit() == Status::sync_failed));
  FaultyVfs::heal();
  BOOST_TEST(opened.journal->last_error().find("can't be cut") != std::string::npos);
  check_after_crash(*this, 1);
}

BOOST_AUTO_TEST_CASE(neither_cut_nor_crossed_out_is_told_and_no_more_is_written) {
  OpenedJournal opened(path);
  BOOST_REQUIRE((opened.commit() == Status::ok));
  const auto before = fs::file_size(wal);
  BOOST_REQUIRE((opened.commit() == Status::ok));
  // Each frame is two writes.
  const auto writes = 2 * (fs::file_size(wal) - before) / frame_octets;
  FaultyVfs::fail_next_sync();
  FaultyVfs::fail_truncates();
  FaultyVfs::fail_writes_after(static_cast<int>(writes), FaultyVfs::broken);
  BOOST_TEST((opened.commit() == Status::sync_failed));
  BOOST_TEST(opened.journal->last_error().find("can't be cut") != std::string::npos);
  FaultyVfs::heal();
  BOOST_TEST((opened.commit() == Status::sync_failed));
}

BOOST_AUTO_TEST_CASE(an_index_that_can_not_grow_costs_its_batch_which_never_appears) {
  constexpr std::size_t users = 4'080;
  OpenedJournal opened(path);
  BOOST_REQUIRE((opened.commit() == Status::ok));
  const auto before = fs::file_size(wal);
  FaultyVfs::fail_index_growth();
  BOOST_TEST((opened.commit(users, octets_for_a_page) == Status::disk_full));
  FaultyVfs::heal();
  BOOST_TEST(fs::file_size(wal) == before);
  check_after_crash(*this, 1);
  BOOST_TEST((opened.commit(users, octets_for_a_page) == Status::ok));
  check_after_crash(*this, 1 + users);
}

BOOST_AUTO_TEST_CASE(after_a_full_disk_writes_come_back_whatever_the_size_of_the_batch) {
  OpenedJournal opened(path);
  BOOST_REQUIRE((opened.commit() == Status::ok));
  for (const int writes : {0, 1, 700}) {
    FaultyVfs::fail_writes_after(writes, FaultyVfs::full);
    for (int i = 0; i < 2; ++i) {
      BOOST_TEST((opened.commit(large, octets_for_a_page) == Status::disk_full));
    }
    FaultyVfs::heal();
    BOOST_TEST((opened.commit() == Status::ok));
    BOOST_TEST((opened.commit(large, octets_for_a_page) == Status::ok));
    check_after_crash(*this, opened.last_id);
  }
  FaultyVfs::fail_writes(FaultyVfs::broken);
  BOOST_TEST((opened.commit(large, octets_for_a_page) == Status::io_error));
  FaultyVfs::heal();
  BOOST_TEST((opened.commit(large, octets_for_a_page) == Status::ok));
}

BOOST_AUTO_TEST_CASE(nothing_of_a_batch_is_written_before_it_is_committed) {
  OpenedJournal opened(path);
  BOOST_REQUIRE((opened.commit() == Status::ok));
  const std::string before = read_file(wal);
  const std::string name(max_name_octets, 'n');
  std::vector<WriteOperation> operations(large);
  for (std::size_t i = 0; i < large; ++i) {
    operations[i].id = 2 + i;
    operations[i].user = {name, name, "a@b.c"};
    operations[i].next = i + 1 < large ? &operations[i + 1] : nullptr;
  }
  // Refused at the very end: the user is there.
  operations.back().id = 1;
  BOOST_TEST((opened.journal->commit(operations.data(), {}) == Status::changed_elsewhere));
  BOOST_TEST((read_file(wal) == before));
}

BOOST_AUTO_TEST_CASE(a_failed_write_and_a_failed_sync_are_told_apart_with_their_file) {
  OpenedJournal opened(path);
  const std::string& error = opened.journal->last_error();
  BOOST_REQUIRE((opened.commit(many, octets_for_a_page) == Status::ok));
  FaultyVfs::fail_writes(FaultyVfs::broken);
  BOOST_TEST((opened.commit() == Status::io_error));
  BOOST_TEST(error.starts_with(wal + ": a write failed"), error);
  BOOST_TEST((opened.journal->maintain({}) == Status::io_error));
  BOOST_TEST(error.starts_with(path + ": a write failed"), error);
  FaultyVfs::fail_writes(FaultyVfs::full);
  BOOST_TEST((opened.commit() == Status::disk_full));
  BOOST_TEST(error.starts_with(wal + ": database or disk is full"), error);
  FaultyVfs::heal();
  FaultyVfs::fail_next_sync();
  BOOST_TEST((opened.commit() == Status::sync_failed));
  BOOST_TEST(error.starts_with(wal + ": a sync failed"), error);
}

BOOST_AUTO_TEST_CASE(what_another_program_commits_where_locks_do_not_work_is_noticed) {
  OpenedJournal opened(path);
  BOOST_REQUIRE((opened.commit() == Status::ok));
  int code = -1;
  SqliteDatabase other(path, SqliteDatabase::Access::read_write, FaultyVfs::name, code);
  const char* const sql = "INSERT INTO users VALUES (700, 'A', 'B', 'a@b.c', NULL)";
  BOOST_TEST(other.execute(sql) != 0);
  int written = -1;
  FaultyVfs::after_next_transaction([&] {
    FaultyVfs::ignore_locks(true);
    written = other.execute(sql);
    FaultyVfs::ignore_locks(false);
  });
  BOOST_TEST((opened.commit() == Status::ok));
  BOOST_TEST(written == 0);
  BOOST_TEST((opened.commit() == Status::changed_elsewhere));
  BOOST_TEST((opened.commit() == Status::changed_elsewhere));
}

BOOST_AUTO_TEST_CASE(between_two_transactions_no_other_program_writes_or_copies_the_wal) {
  OpenedJournal opened(path);
  int code = -1;
  SqliteDatabase other(path, SqliteDatabase::Access::read_write, nullptr, code);
  // SQLITE_BUSY; the pragma says it in its row.
  const std::pair<const char*, int> attempts[] = {
      {"INSERT INTO users VALUES (700, 'A', 'B', 'a@b.c', NULL)", 5},
      {"PRAGMA wal_checkpoint(TRUNCATE)", 0},
  };
  for (const auto& [sql, wanted] : attempts) {
    int tried = -1;
    FaultyVfs::after_next_transaction([&] { tried = other.execute(sql) & 0xff; });
    BOOST_TEST((opened.commit() == Status::ok));
    BOOST_TEST(tried == wanted, sql);
    BOOST_TEST(fs::file_size(wal) > 0U);
  }
  BOOST_TEST((opened.commit() == Status::ok));
  check_after_crash(*this, 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
