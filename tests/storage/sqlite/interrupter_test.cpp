#include "storage/sqlite/interrupter.hpp"

#include <sqlite3.h>

#include <atomic>
#include <boost/test/unit_test.hpp>

#include "storage/sqlite/database.hpp"

namespace rollcall::storage {
namespace {

/// Ends when it is interrupted.
constexpr const char* endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

}  // namespace

BOOST_AUTO_TEST_SUITE(interrupter)

BOOST_AUTO_TEST_CASE(a_statement_ends_when_it_is_wanted) {
  int code = SQLITE_OK;
  SqliteDatabase database(":memory:", SqliteDatabase::Access::read_write, nullptr, code);
  BOOST_REQUIRE(code == SQLITE_OK);
  std::atomic<int> asked = 0;
  Interrupter interrupter(database.get(), [&] { return ++asked == 3; });
  database.query_integer(endless, code);
  BOOST_TEST(code == SQLITE_INTERRUPT);
  BOOST_TEST(interrupter.end());
  BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_CASE(a_statement_that_nobody_wants_to_end_gives_its_result) {
  int code = SQLITE_OK;
  SqliteDatabase database(":memory:", SqliteDatabase::Access::read_write, nullptr, code);
  Interrupter interrupter(database.get(), [] { return false; });
  BOOST_TEST(database.query_integer("SELECT 7", code) == 7);
  BOOST_TEST(!interrupter.end());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
