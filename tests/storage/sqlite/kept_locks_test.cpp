#include "storage/sqlite/kept_locks.hpp"

#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <vector>

#include "storage/sqlite/database.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {
namespace {

using Access = SqliteDatabase::Access;

/// A file in WAL mode with one connection that keeps its locks, and another one. Locks of one
/// process exclude each other in SQLite as those of two do.
struct Two {
  Two() {
    int code = SQLITE_OK;
    sqlite3* created = nullptr;
    sqlite3_open(path.c_str(), &created);
    sqlite3_exec(created, "PRAGMA journal_mode = WAL; CREATE TABLE t (x)", nullptr, nullptr,
                 nullptr);
    sqlite3_close(created);
    first = std::make_unique<SqliteDatabase>(path, Access::read_write, nullptr, code);
    second = std::make_unique<SqliteDatabase>(path, Access::read_write, nullptr, code);
    for (const auto* each : {&first, &second}) {
      BOOST_REQUIRE(run(**each, "SELECT * FROM t") == SQLITE_OK);
    }
    BOOST_REQUIRE(locks.keep(*first));
  }
  static int run(SqliteDatabase& database, const char* sql) { return database.execute(sql) & 0xff; }
  static int checkpoint(SqliteDatabase& database) {
    return sqlite3_wal_checkpoint_v2(database.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                     nullptr) &
           0xff;
  }
  /// Readers in every place. Each has one of its own, for each sees another state.
  std::vector<std::unique_ptr<SqliteDatabase>> fill_places() {
    int code = SQLITE_OK;
    std::vector<std::unique_ptr<SqliteDatabase>> readers;
    for (int i = 0; i < 4; ++i) {
      BOOST_TEST(locks.hold_checkpoints_at(1));
      locks.let_checkpoints_go();
      BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
      readers.push_back(std::make_unique<SqliteDatabase>(path, Access::read_only, nullptr, code));
      BOOST_TEST(run(*readers.back(), "BEGIN; SELECT * FROM t") == SQLITE_OK);
    }
    return readers;
  }

  tests::TemporaryDirectory directory;
  std::string path = directory.file("a.db");
  KeptLocks locks;
  std::unique_ptr<SqliteDatabase> first, second;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(kept_locks, Two)

BOOST_AUTO_TEST_CASE(nobody_else_writes_between_two_transactions) {
  BOOST_TEST(run(*second, "INSERT INTO t VALUES (0)") == SQLITE_OK);
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  BOOST_TEST(run(*second, "INSERT INTO t VALUES (2)") == SQLITE_BUSY);
  BOOST_TEST(run(*first, "BEGIN IMMEDIATE; ROLLBACK") == SQLITE_OK);
  BOOST_TEST(run(*second, "BEGIN IMMEDIATE") == SQLITE_BUSY);
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (3)") == SQLITE_OK);
}

BOOST_AUTO_TEST_CASE(nobody_else_makes_a_checkpoint) {
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  BOOST_TEST(checkpoint(*second) == SQLITE_OK);
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (2)") == SQLITE_OK);
  BOOST_TEST(checkpoint(*second) == SQLITE_BUSY);
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
}

BOOST_AUTO_TEST_CASE(everybody_reads_and_sees_what_was_committed) {
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  int code = SQLITE_OK;
  BOOST_TEST(second->query_integer("SELECT count(*) FROM t", code) == 1);
  BOOST_TEST(code == SQLITE_OK);
}

BOOST_AUTO_TEST_CASE(a_lock_that_another_has_is_not_kept) {
  BOOST_TEST(run(*second, "BEGIN IMMEDIATE") == SQLITE_OK);
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_BUSY);
  BOOST_TEST(run(*second, "INSERT INTO t VALUES (2); COMMIT") == SQLITE_OK);
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
}

BOOST_AUTO_TEST_CASE(the_locks_are_free_when_the_connection_is_closed) {
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  first.reset();
  BOOST_TEST(run(*second, "INSERT INTO t VALUES (2)") == SQLITE_OK);
  BOOST_TEST(checkpoint(*second) == SQLITE_OK);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_stops_where_it_is_held_and_goes_on_when_it_is_let_go) {
  for (int i = 0; i < 9; ++i) BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  for (const std::uint32_t frames : {1U, 4U, 5U}) {
    BOOST_TEST(locks.hold_checkpoints_at(frames));
    BOOST_TEST(checkpoint(*first) == SQLITE_OK);
    locks.let_checkpoints_go();
    BOOST_TEST(first->wal_index()->copied == frames);
    BOOST_TEST(run(*second, "SELECT * FROM t") == SQLITE_OK);
  }
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  BOOST_TEST(first->wal_index()->copied == first->wal_index()->frames);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_not_held_where_readers_have_every_place) {
  const auto readers = fill_places();
  BOOST_TEST(!locks.hold_checkpoints_at(1));
  BOOST_TEST(run(*readers[2], "COMMIT") == SQLITE_OK);
  BOOST_TEST(locks.hold_checkpoints_at(1));
  locks.let_checkpoints_go();
}

BOOST_AUTO_TEST_CASE(a_transaction_begins_also_where_no_mark_is_in_use) {
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  const auto readers = fill_places();
  // One after the other, each mark is the only one that nobody has.
  for (const auto& each : readers) {
    BOOST_TEST(run(*each, "COMMIT") == SQLITE_OK);
    BOOST_TEST(locks.hold_checkpoints_at(1));
    locks.let_checkpoints_go();
    if (&each != &readers.back()) BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  }
  BOOST_TEST(locks.hold_checkpoints_at(2));
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  locks.let_checkpoints_go();
  BOOST_TEST(first->wal_index()->copied == 2U);
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  int code = SQLITE_OK;
  BOOST_TEST(second->query_integer("SELECT count(*) FROM t", code) == 8);
}

BOOST_AUTO_TEST_CASE(
    a_reader_of_an_older_state_holds_back_a_checkpoint_of_who_takes_no_lock_to_read) {
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  BOOST_TEST(run(*second, "BEGIN; SELECT * FROM t") == SQLITE_OK);
  const auto seen = first->wal_index()->frames;
  for (int i = 0; i < 3; ++i) BOOST_TEST(run(*first, "INSERT INTO t VALUES (1)") == SQLITE_OK);
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  BOOST_TEST(first->wal_index()->copied == seen);
  int code = SQLITE_OK;
  BOOST_TEST(second->query_integer("SELECT count(*) FROM t", code) == 2);
  BOOST_TEST(run(*second, "COMMIT") == SQLITE_OK);
  BOOST_TEST(checkpoint(*first) == SQLITE_OK);
  BOOST_TEST(first->wal_index()->copied == first->wal_index()->frames);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
