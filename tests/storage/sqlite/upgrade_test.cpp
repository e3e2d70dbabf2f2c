#include "storage/sqlite/upgrade.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "storage/sqlite/schema.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/storage/sqlite/old_schema.hpp"
#include "tests/storage/sqlite/store_files.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;

struct OldStore : StoreFiles {
  /// One of schema 1, whose users are partly in the WAL.
  OldStore() {
    leave(2, {});
    int code = -1;
    SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
    BOOST_REQUIRE(database.execute(downgrade_sql(1).c_str()) == 0);
    BOOST_REQUIRE(database.execute("INSERT INTO users VALUES (3, 'A', 'B', 'a@b.c')") == 0);
    database.keep_wal_on_close();
  }
  static std::int64_t ask(const std::string& file, const char* sql) {
    int code = -1;
    SqliteDatabase database(file, SqliteDatabase::Access::read_only, nullptr, code);
    const std::int64_t answer = database.query_integer(sql, code);
    BOOST_TEST(code == 0);
    return answer;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upgrade, OldStore)

BOOST_AUTO_TEST_CASE(an_upgrade_keeps_a_copy_of_what_was_that_only_the_owner_can_read) {
  const std::string copy = path + ".schema-1";
  BOOST_TEST(fs::file_size(wal) > 0U);
  BOOST_TEST(open().upgrade_copy == copy);
  BOOST_TEST((fs::status(copy).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
  BOOST_TEST(!fs::exists(copy + ".partial"));
  BOOST_TEST(ask(copy, "PRAGMA user_version") == 1);
  BOOST_TEST(ask(copy, "SELECT count(*) FROM users") == 3);
  BOOST_TEST(ask(copy, "SELECT count(*) FROM sqlite_schema WHERE name = 'idempotency_keys'") == 0);
  BOOST_TEST(ask(path, "PRAGMA user_version") == schema_version);
  // There is nothing left to upgrade.
  BOOST_TEST(open().upgrade_copy == "");
  BOOST_TEST(!fs::exists(copy + ".2"));
  // The copy is a store.
  BOOST_TEST(OpenedJournal(copy).report.users == 3U);
}

BOOST_AUTO_TEST_CASE(no_copy_replaces_another_one) {
  write_file(path + ".schema-1", "the first one");
  write_file(path + ".schema-1.2.partial", "what a crash left");
  BOOST_TEST(open().upgrade_copy == path + ".schema-1.2");
  BOOST_TEST(read_file(path + ".schema-1") == "the first one");
  BOOST_TEST(ask(path + ".schema-1.2", "SELECT count(*) FROM users") == 3);
}

BOOST_AUTO_TEST_CASE(without_a_copy_there_is_no_upgrade) {
  FaultyVfs::fail_writes(FaultyVfs::full);
  const auto told = [&](const StoreOpenError& error) {
    const std::string message = server::describe(error);
    return message.find(path + ".schema-1: database or disk is full") != message.npos;
  };
  BOOST_CHECK_EXCEPTION(open(), StoreOpenError, told);
  FaultyVfs::heal();
  BOOST_TEST(snapshot().size() == 3U);
  BOOST_TEST(ask(path, "PRAGMA user_version") == 1);
  BOOST_TEST(open().upgrade_copy == path + ".schema-1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
