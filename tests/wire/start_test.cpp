#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// A start that can't succeed prints one line and changes nothing.
namespace rollcall::tests {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<std::string, std::string> snapshot(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file()) files[entry.path().filename()] = contents(entry.path());
  }
  return files;
}

/// Runs the program, which must refuse, and returns its one line on standard error.
std::string refusal(const std::string& store, const std::string& listen = "127.0.0.1:0",
                    int expected_code = 1) {
  Program program(ROLLCALL_PROGRAM, {"--listen", listen, "--store", store});
  const auto code = program.wait();
  BOOST_REQUIRE(code);
  BOOST_TEST(*code == expected_code);
  const std::string error = program.error_output();
  BOOST_TEST(error.find('\n') == error.size() - 1, "one line: " << error);
  BOOST_TEST(program.output().empty());
  return error;
}

void make_database(const std::string& file, int users) {
  RunningServer server("sqlite:" + file);
  Client client(server.port());
  for (int i = 0; i < users; ++i) {
    const std::string body = user_json(std::string(200, 'x'), std::string(200, 'y'), "a@b.c");
    BOOST_REQUIRE(client.exchange(create_request(body)));
  }
  BOOST_REQUIRE(server.stop(SIGTERM) == 0);
}

void run_sql(const std::string& file, const std::string& sql) {
  Program shell("/usr/bin/sqlite3", {file, sql});
  BOOST_REQUIRE(shell.wait().value_or(-1) == 0);
}

/// Checks that the store is refused with a line that says `reason`, and that no file in its
/// directory changes.
void check_refused(const TemporaryDirectory& directory, const std::string& reason) {
  const auto before = snapshot(directory.path());
  const std::string line = refusal("sqlite:" + directory.file("rollcall.db"));
  BOOST_TEST(line.find(reason) != line.npos, line << " does not say: " << reason);
  BOOST_TEST((snapshot(directory.path()) == before));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(start)

BOOST_AUTO_TEST_CASE(a_port_in_use_is_refused_before_any_file_is_made) {
  const TemporaryDirectory directory;
  RunningServer first("memory:");
  const std::string line = refusal("sqlite:" + directory.file("rollcall.db"),
                                   "127.0.0.1:" + std::to_string(first.port()));
  BOOST_TEST(line.find("in use by another program") != line.npos, line);
  BOOST_TEST(fs::is_empty(directory.path()));
}

BOOST_AUTO_TEST_CASE(a_file_that_another_process_serves_is_refused_and_sigkill_frees_it) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("rollcall.db");
  {
    RunningServer first(store);
    check_refused(directory, "served by another process");
    first.stop(SIGKILL);
  }
  RunningServer second(store);
  BOOST_TEST(second.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_refused) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("rollcall.db")) << std::string(5'000, 'n');
  check_refused(directory, "not a SQLite database");
}

BOOST_AUTO_TEST_CASE(a_database_of_another_program_is_refused) {
  const TemporaryDirectory directory;
  run_sql(directory.file("rollcall.db"), "CREATE TABLE users (id INTEGER PRIMARY KEY)");
  check_refused(directory, "another program");
}

BOOST_AUTO_TEST_CASE(a_schema_newer_than_the_program_is_refused) {
  const TemporaryDirectory directory;
  make_database(directory.file("rollcall.db"), 1);
  run_sql(directory.file("rollcall.db"), "PRAGMA user_version = 99");
  check_refused(directory, "newer");
}

BOOST_AUTO_TEST_CASE(a_damaged_page_is_refused) {
  const TemporaryDirectory directory;
  make_database(directory.file("rollcall.db"), 200);
  {
    std::fstream file(directory.file("rollcall.db"), std::ios::in | std::ios::out);
    file.seekp(4'096 * 10);
    file << std::string(4'096, '\x5a');
  }
  check_refused(directory, "damaged");
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_missing_or_not_a_directory_is_refused) {
  const TemporaryDirectory directory;
  BOOST_TEST(refusal("sqlite:" + directory.file("missing/rollcall.db")).find("directory") !=
             std::string::npos);
  std::ofstream(directory.file("plain")) << "x";
  refusal("sqlite:" + directory.file("plain/rollcall.db"));
  refusal("sqlite:" + directory.path().string());
}

BOOST_AUTO_TEST_CASE(an_unknown_store_is_refused_with_what_to_give) {
  for (const char* store : {"mysql://x", "sqlite:", "memory:x", "rollcall.db", "sqlite::memory:"}) {
    const std::string error = refusal(store, "127.0.0.1:0", 2);
    BOOST_TEST(error.find("must be memory:, sqlite:PATH") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_bad_option_is_one_line_and_exit_2) {
  Program program(ROLLCALL_PROGRAM, {"--no-such-option"});
  BOOST_TEST(program.wait().value_or(-1) == 2);
  const std::string error = program.error_output();
  BOOST_TEST(error.find('\n') == error.size() - 1);
}

BOOST_AUTO_TEST_CASE(the_shell_reads_the_users_while_they_are_served_and_can_not_write) {
  const TemporaryDirectory directory;
  const std::string file = directory.file("rollcall.db");
  RunningServer server("sqlite:" + file);
  Client client(server.port());
  client.exchange(create_request(user_json("Meere", "John", "j@x.y")));
  Program reader("/usr/bin/sqlite3", {file, "SELECT id, last_name, first_name, email FROM users"});
  BOOST_TEST(reader.wait().value_or(-1) == 0);
  BOOST_TEST(reader.output() == "1|Meere|John|j@x.y\n");
  Program writer("/usr/bin/sqlite3", {file, "DELETE FROM users"});
  BOOST_TEST(writer.wait().value_or(0) != 0);
  BOOST_TEST(client.exchange(create_request(user_json("A", "B", "j@x.y")))->result_int() == 201U);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_read_is_told_of_once_at_the_start) {
  const TemporaryDirectory directory;
  const std::string data = directory.file("a.db");
  {
    RunningServer server("sqlite:" + data);
    BOOST_TEST(server.stop(SIGTERM) == 0);
    BOOST_TEST(server.program().error_output().find("has mode") == std::string::npos);
  }
  namespace fs = std::filesystem;
  fs::permissions(data, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
  {
    RunningServer server("sqlite:" + data);
    const std::string line = server.program().error_output();
    BOOST_TEST(line.find(data + " has mode 0644: ") != std::string::npos, line);
    BOOST_TEST(line.find("run chmod 600 on it and on its -wal and -shm files") != line.npos, line);
    Program chmod("/bin/chmod", {"600", data, data + "-wal", data + "-shm"});
    BOOST_TEST(chmod.wait().value_or(-1) == 0, chmod.error_output());
    BOOST_TEST(server.stop(SIGTERM) == 0);
  }
  RunningServer server("sqlite:" + data);
  BOOST_TEST(server.stop(SIGTERM) == 0);
  BOOST_TEST(server.program().error_output().find("has mode") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
