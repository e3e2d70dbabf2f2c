#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "storage/local/table_sink.hpp"
#include "storage/sqlite/journal.hpp"
#include "tests/storage/sqlite/old_schema.hpp"
#include "tests/support/temporary_directory.hpp"

/// What SqliteJournal::open refuses, and that it leaves every file as it was.
namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;

using Reason = OpenFailure::Reason;

constexpr UserId user_count = 2'000;

struct DataFile {
  tests::TemporaryDirectory directory;
  std::string path = directory.file("a.db");

  DataFile() {
    Table table;
    TableSink sink(table);
    OpenReport report;
    const auto journal = SqliteJournal::open(path, sink, report, {});
    std::vector<WriteOperation> operations(user_count);
    for (UserId id = 1; id <= user_count; ++id) {
      WriteOperation& each = operations[id - 1];
      each.id = id;
      each.user = {"Meere", "John", "johnm@gmail.com"};
      each.next = id < user_count ? &operations[id] : nullptr;
    }
    BOOST_REQUIRE((journal->commit(operations.data(), {}) == Status::ok));
    std::string error;
    BOOST_REQUIRE(journal->close(error));
  }

  std::map<std::string, std::string> snapshot() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(directory.path())) {
      std::ifstream stream(entry.path(), std::ios::binary);
      files[entry.path().filename()] = {std::istreambuf_iterator<char>(stream), {}};
    }
    return files;
  }

  void overwrite(std::size_t at, const std::string& octets) const {
    std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(at));
    stream << octets;
  }

  void sql(const std::string& text) const {
    int code = -1;
    SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
    BOOST_REQUIRE(database.execute(text.c_str()) == 0);
  }

  void check_refused(Reason reason, const std::string& detail = "") const {
    const auto before = snapshot();
    Table table;
    TableSink sink(table);
    OpenReport report;
    std::optional<OpenFailure> failure;
    try {
      SqliteJournal::open(path, sink, report, {});
    } catch (const StoreOpenError& error) {
      failure = error.failure();
    }
    BOOST_REQUIRE(failure.has_value());
    BOOST_TEST((failure->reason == reason), static_cast<int>(failure->reason));
    BOOST_TEST(failure->path == path);
    BOOST_TEST(failure->detail.find(detail) != std::string::npos, failure->detail);
    BOOST_TEST(failure->detail.find('\n') == std::string::npos);
    BOOST_TEST((snapshot() == before));
  }

  OpenReport open() const {
    Table table;
    TableSink sink(table);
    OpenReport report;
    SqliteJournal::open(path, sink, report, {});
    return report;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(open, DataFile)

BOOST_AUTO_TEST_CASE(what_was_committed_is_loaded) {
  const OpenReport report = open();
  BOOST_TEST(report.users == user_count);
  BOOST_TEST(report.last_id == user_count);
  BOOST_TEST(!report.created);
}

BOOST_AUTO_TEST_CASE(a_file_that_did_not_exist_is_created_and_only_that_one_says_so) {
  const tests::TemporaryDirectory empty;
  for (const bool created : {true, false}) {
    Table table;
    TableSink sink(table);
    OpenReport report;
    SqliteJournal::open(empty.file("new.db"), sink, report, {});
    BOOST_TEST(report.created == created);
  }
}

BOOST_AUTO_TEST_CASE(the_largest_id_is_remembered_after_its_user_is_gone) {
  sql("DELETE FROM users WHERE id > 100");
  BOOST_TEST(open().last_id == user_count);
  sql("UPDATE users SET id = 5000 WHERE id = 1; UPDATE users SET id = 1 WHERE id = 5000");
  BOOST_TEST(open().last_id == 5'000U);
  sql("DELETE FROM users");
  const OpenReport report = open();
  BOOST_TEST(report.users == 0U);
  BOOST_TEST(report.last_id == 5'000U);
}

BOOST_AUTO_TEST_CASE(of_all_marks_the_largest_counts_up_to_the_largest_id_there_may_be) {
  sql("DELETE FROM high_water");
  BOOST_TEST(open().last_id == user_count);
  sql("INSERT INTO high_water VALUES (7000), (-1), (6000)");
  BOOST_TEST(open().last_id == 7'000U);
  sql("UPDATE high_water SET id = -5");
  BOOST_TEST(open().last_id == user_count);
  for (const UserId beyond : {0U, 1U}) {
    sql("UPDATE high_water SET id = " + std::to_string(max_user_id + beyond));
    BOOST_TEST(open().last_id == max_user_id);
  }
}

BOOST_AUTO_TEST_CASE(garbage_or_zeros_in_any_page_of_users_are_damage) {
  const std::size_t pages = fs::file_size(path) / 4'096;
  for (const char octet : {'\x5a', '\0'}) {
    for (std::size_t page = 1; page < pages; page += 7) {
      const DataFile damaged;
      damaged.overwrite(page * 4'096, std::string(4'096, octet));
      damaged.check_refused(Reason::damaged);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_that_tells_of_fewer_users_than_it_has_is_damage) {
  // The count of cells of a leaf page (sqlite.org/fileformat2.html, section 1.6).
  const std::size_t pages = fs::file_size(path) / 4'096;
  overwrite((pages - 2) * 4'096 + 3, std::string("\0\1", 2));
  check_refused(Reason::damaged);
}

BOOST_AUTO_TEST_CASE(a_file_that_was_cut_short_is_damage) {
  fs::resize_file(path, fs::file_size(path) - 3 * 4'096);
  check_refused(Reason::damaged);
}

BOOST_AUTO_TEST_CASE(rows_that_the_program_could_not_have_written_are_damage) {
  for (const char* text :
       {"INSERT INTO users (id, last_name, first_name, email) VALUES (-5, 'A', 'B', 'a@b.c')",
        "INSERT INTO users (id, last_name, first_name, email) VALUES (9007199254740992, 'A', 'B', "
        "'a@b.c')",
        "UPDATE users SET email = hex(zeroblob(200)) WHERE id = 7",
        "UPDATE users SET last_name = CAST(x'ff' AS TEXT) WHERE id = 7"}) {
    const DataFile file;
    file.sql(text);
    file.check_refused(Reason::damaged);
  }
}

BOOST_AUTO_TEST_CASE(a_file_of_the_first_schema_is_brought_up_to_date_with_all_its_users) {
  sql(downgrade_sql(1));
  for (int start = 0; start < 2; ++start) {
    Table table;
    TableSink sink(table);
    OpenReport report;
    const auto journal = SqliteJournal::open(path, sink, report, {});
    BOOST_TEST(report.users == user_count);
    IdempotencyKey key;
    const std::string text = "k" + std::to_string(start);
    key.text = text;
    key.number = static_cast<std::uint64_t>(start) + 1;
    WriteOperation operation;
    operation.verb = WriteOperation::Verb::remove;
    operation.id = static_cast<UserId>(start) + 1;
    BOOST_TEST(report.keys.size() == static_cast<std::size_t>(start));
    WriteOperation creation;
    creation.id = report.last_id + 1;
    creation.user = {"A", "B", "a@b.c"};
    creation.key = &key;
    creation.next = &operation;
    BOOST_TEST((journal->commit(&creation, {}) == Status::ok));
    std::string error;
    BOOST_TEST(journal->close(error), error);
  }
}

BOOST_AUTO_TEST_CASE(a_file_of_the_second_schema_keeps_its_keys_and_takes_answers) {
  sql(downgrade_sql(2) + "INSERT INTO idempotency_keys VALUES (1, 'old', 5, 7, 1000)");
  for (int start = 0; start < 2; ++start) {
    Table table;
    TableSink sink(table);
    OpenReport report;
    const auto journal = SqliteJournal::open(path, sink, report, {});
    BOOST_TEST(report.users == user_count);
    BOOST_REQUIRE(report.keys.size() == static_cast<std::size_t>(start) + 1);
    BOOST_TEST(report.keys[0].text == "old");
    BOOST_TEST(report.keys[0].user_id == 7U);
    BOOST_TEST(report.keys[0].answer.empty());
    if (start == 1) {
      BOOST_REQUIRE(!report.keys[1].answer.empty());
      BOOST_TEST(PackedUser::read(report.keys[1].answer.data()).last_name == "New");
      return;
    }
    IdempotencyKey key;
    key.text = "new";
    key.number = 2;
    WriteOperation change;
    change.verb = WriteOperation::Verb::replace;
    change.members = set_of(Member::last_name);
    change.id = 7;
    change.user = {"New", "John", "johnm@gmail.com"};
    change.key = &key;
    BOOST_TEST((journal->commit(&change, {}) == Status::ok));
    std::string error;
    BOOST_TEST(journal->close(error), error);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_the_program_could_not_have_written_is_damage) {
  for (const char* text :
       {"INSERT INTO idempotency_answers VALUES (1, 'A', 'B', hex(zeroblob(200)))",
        "INSERT INTO idempotency_answers VALUES (1, CAST(x'ff' AS TEXT), 'B', '')"}) {
    const DataFile file;
    file.sql("INSERT INTO idempotency_keys VALUES (1, 'k', 5, 7, 1000)");
    file.sql(text);
    file.check_refused(Reason::damaged);
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_the_program_could_not_have_written_is_damage) {
  const struct {
    const char* first_id;
    const char* line_and_count;
    bool good;
  } rows[] = {{"1", "1, 1", true},
              {"1", "1, 9007199254740991", true},
              {"1", "1, 9007199254740992", false},
              {"2", "1, 9007199254740991", false},
              {"1", "2, 9007199254740991", false},
              {"0", "1, 1", false},
              {"1", "0, 1", false},
              {"1", "-1, 1", false},
              {"1", "1, 0", false},
              {"1", "1, -1", false}};
  for (const auto& each : rows) {
    const DataFile file;
    file.sql("INSERT INTO upload_runs VALUES (1, " + std::string(each.line_and_count) + ")");
    file.sql("INSERT INTO idempotency_keys VALUES (1, 'k', 5, " + std::string(each.first_id) +
             ", 1000)");
    if (!each.good) {
      file.check_refused(Reason::damaged);
      continue;
    }
    Table table;
    TableSink sink(table);
    OpenReport report;
    SqliteJournal::open(file.path, sink, report, {});
    BOOST_TEST(report.keys.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(other_files_and_schemas_are_named_for_what_they_are) {
  sql("PRAGMA user_version = " + std::to_string(schema_version + 1));
  check_refused(Reason::newer_schema);
  sql(downgrade_sql(1) + "DROP TRIGGER users_delete");
  check_refused(Reason::other_definition, "users_delete");
  sql("PRAGMA application_id = 7");
  check_refused(Reason::other_program);
  overwrite(0, "SQLite format 4");
  check_refused(Reason::not_sqlite);
}

BOOST_AUTO_TEST_CASE(a_refused_file_keeps_the_log_of_a_crash_as_it_is) {
  // A file and its log as a crash leaves them: copied while they are open.
  const DataFile crashed;
  {
    Table table;
    TableSink sink(table);
    OpenReport report;
    const auto journal = SqliteJournal::open(path, sink, report, {});
    WriteOperation operation;
    operation.id = user_count + 1;
    operation.user = {"A", "B", "a@b.c"};
    BOOST_REQUIRE((journal->commit(&operation, {}) == Status::ok));
    fs::copy_file(path, crashed.path, fs::copy_options::overwrite_existing);
    fs::copy_file(path + "-wal", crashed.path + "-wal");
  }
  crashed.overwrite(10 * 4'096, std::string(4'096, 'x'));
  const auto before = crashed.snapshot();
  BOOST_CHECK_THROW(crashed.open(), StoreOpenError);
  const auto after = crashed.snapshot();
  for (const auto& [name, contents] : before) BOOST_TEST((after.at(name) == contents), name);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
