#include "storage/sqlite/sync_timer.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "storage/sqlite/database.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {
namespace {

struct Timed {
  Timed() { std::ofstream{path}; }

  tests::TemporaryDirectory directory;
  std::string path = directory.file("a.db");
  SyncTimer timer;
  int code = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sync_timer)

BOOST_FIXTURE_TEST_CASE(a_commit_that_is_synced_takes_time_once, Timed) {
  SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
  BOOST_REQUIRE(database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                 "CREATE TABLE t (a)") == 0);
  BOOST_REQUIRE(timer.begin(database));
  BOOST_TEST(timer.take().count() == 0);
  BOOST_TEST(database.execute("INSERT INTO t VALUES (1)") == 0);
  BOOST_TEST(timer.take().count() > 0);
  BOOST_TEST(timer.take().count() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_commit_that_is_not_synced_takes_none, Timed) {
  SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
  BOOST_REQUIRE(database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a);"
                                 "PRAGMA synchronous = OFF") == 0);
  BOOST_REQUIRE(timer.begin(database));
  BOOST_TEST(database.execute("INSERT INTO t VALUES (1)") == 0);
  BOOST_TEST(timer.take().count() == 0);
}

BOOST_AUTO_TEST_CASE(one_that_was_not_begun_measures_nothing) {
  SyncTimer timer;
  BOOST_TEST(timer.take().count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
