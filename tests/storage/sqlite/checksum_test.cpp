#include "storage/sqlite/checksum.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "storage/check.hpp"
#include "tests/storage/sqlite/old_schema.hpp"
#include "tests/storage/sqlite/store_files.hpp"

namespace rollcall::storage {
namespace {

namespace data = boost::unit_test::data;

struct UserFile : StoreFiles {
  std::int64_t ask(const char* sql) const {
    int code = -1;
    SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
    const std::int64_t answer = database.query_integer(sql, code);
    BOOST_TEST(code == 0, database.error());
    return answer;
  }
  void run(const std::string& sql) const {
    int code = -1;
    SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
    BOOST_TEST(database.execute(sql.c_str()) == 0, database.error());
  }
  /// Replaces `old` in the file, wherever it is, as a disk would.
  void replace(const std::string& old, const std::string& by) const {
    std::string octets = read_file(path);
    std::size_t count = 0;
    for (std::size_t at; (at = octets.find(old)) != octets.npos; ++count) {
      octets.replace(at, old.size(), by);
    }
    BOOST_TEST(count > 0U);
    write_file(path, octets);
  }
  /// Users 1 to `count`, nth of them "Name<n>".
  void make(UserId count) const {
    OpenedJournal opened(path);
    for (UserId id = 1; id <= count; ++id) {
      const std::string name = "Name" + std::to_string(1000 + id);
      WriteOperation operation;
      operation.id = id;
      operation.user = {name, "First", "a@b.c"};
      BOOST_REQUIRE((opened.journal->commit(&operation, {}) == Status::ok));
    }
    std::string error;
    BOOST_REQUIRE(opened.journal->close(error));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(checksum, UserFile)

BOOST_AUTO_TEST_CASE(the_checksums_of_data_files_never_change) {
  BOOST_TEST(row_checksum(1, {"Meere", "John", "johnm@gmail.com"}) == 571445427);
  BOOST_TEST(row_checksum(max_user_id, {"Ł", "", "x@y.org"}) == 1246550868);
}

BOOST_AUTO_TEST_CASE(each_part_of_a_row_has_its_share_in_the_checksum) {
  const std::int32_t sum = row_checksum(7, {"ab", "cd", "ef"});
  BOOST_TEST(sum != row_checksum(8, {"ab", "cd", "ef"}));
  BOOST_TEST(sum != row_checksum(7, {"aB", "cd", "ef"}));
  BOOST_TEST(sum != row_checksum(7, {"ab", "ce", "ef"}));
  BOOST_TEST(sum != row_checksum(7, {"ab", "cd", "ff"}));
  BOOST_TEST(sum != row_checksum(7, {"abc", "d", "ef"}));
  BOOST_TEST(sum != row_checksum(7, {"ab", "", "cdef"}));
}

BOOST_AUTO_TEST_CASE(every_user_that_the_program_writes_has_its_checksum) {
  OpenedJournal opened(path);
  BOOST_REQUIRE((opened.commit(3) == Status::ok));
  WriteOperation operation;
  operation.verb = WriteOperation::Verb::replace;
  operation.id = 2;
  operation.user = {"New", "Name", "n@b.c"};
  // The second time nothing changes, and the checksum must stay all the same.
  for (int i = 0; i < 2; ++i) {
    BOOST_REQUIRE((opened.journal->commit(&operation, {}) == Status::ok));
    BOOST_TEST(ask("SELECT checksum FROM users WHERE id = 2") == row_checksum(2, operation.user));
  }
  const std::string name(50, 'n');
  for (const UserId id : {UserId{1}, UserId{3}}) {
    const std::string sql = "SELECT checksum FROM users WHERE id = " + std::to_string(id);
    BOOST_TEST(ask(sql.c_str()) == row_checksum(id, {name, name, "a@b.c"}));
  }
}

BOOST_AUTO_TEST_CASE(valid_text_that_nobody_wrote_is_not_loaded) {
  make(40);
  replace("Name1007", "Name1O07");
  replace("Name1030", "Name103 ");
  BOOST_TEST(refusal() ==
             path +
                 " has 2 users that are not what was written, such as ids 7, 30: restore "
                 "a backup, or look at them and, to keep them as they are, run: sqlite3 '" +
                 path + "' 'UPDATE users SET checksum = NULL WHERE id IN (7, 30)'");
  const CheckReport report = check_file(path, {});
  BOOST_REQUIRE(report.damage.size() == 1U);
  BOOST_TEST(report.damage[0] == "2 users are not what was written: ids 7 30");
  BOOST_TEST(report.users == 40U);
  // What the message recommends.
  run("UPDATE users SET checksum = NULL WHERE id IN (7, 30)");
  BOOST_TEST(check_file(path, {}).damage.empty());
  BOOST_TEST(open().users == 40U);
}

BOOST_DATA_TEST_CASE_F(UserFile, of_many_changed_rows_twenty_are_named, data::make({19, 20, 21}),
                       count) {
  make(30);
  run("UPDATE users SET checksum = checksum + 1 WHERE id <= " + std::to_string(count));
  try {
    open();
    BOOST_ERROR("it was opened");
  } catch (const StoreOpenError& error) {
    BOOST_TEST((error.failure().reason == OpenFailure::Reason::changed_rows));
    BOOST_TEST(error.failure().found == count);
    BOOST_REQUIRE(error.failure().ids.size() == 1U);
    BOOST_TEST(error.failure().ids[0].size() == static_cast<std::size_t>(std::min(count, 20)));
  }
  const CheckReport report = check_file(path, {});
  BOOST_REQUIRE(report.damage.size() == 1U);
  BOOST_TEST(report.damage[0].ends_with(" ...") == (count > 20));
}

BOOST_AUTO_TEST_CASE(who_writes_with_a_shell_need_not_know_of_the_checksum) {
  make(4);
  run("INSERT INTO users (id, last_name, first_name, email) VALUES (9, 'A', 'B', 'a@b.c')");
  run("UPDATE users SET last_name = 'Other' WHERE id = 2");
  run("UPDATE users SET id = 12 WHERE id = 3");
  run("UPDATE users SET email = email");
  BOOST_TEST(check_file(path, {}).damage.empty());
  BOOST_TEST(ask("SELECT count(*) FROM users WHERE checksum IS NULL") == 3);
  BOOST_TEST(open().users == 5U);
}

BOOST_AUTO_TEST_CASE(an_upgrade_gives_every_user_a_checksum) {
  make(300);
  run(downgrade_sql(3));
  BOOST_TEST(open().users == 300U);
  BOOST_TEST(ask("SELECT count(*) FROM users WHERE checksum IS NULL") == 0);
  BOOST_TEST(check_file(path, {}).damage.empty());
  replace("Name1007", "Name1O07");
  BOOST_TEST(!refusal().empty());
}

BOOST_AUTO_TEST_CASE(a_file_of_an_older_schema_can_be_checked) {
  for (std::int64_t version = 1; version < schema_version; ++version) {
    const UserFile file;
    file.make(5);
    file.run(downgrade_sql(version));
    if (version >= 2) file.run("INSERT INTO idempotency_keys VALUES (1, 'k', 5, 7, 1000)");
    const CheckReport report = check_file(file.path, {});
    BOOST_TEST(report.schema == version);
    BOOST_TEST(report.users == 5U);
    BOOST_TEST(report.keys == (version >= 2 ? 1U : 0U));
    BOOST_TEST(report.damage.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
