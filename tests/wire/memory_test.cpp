#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <string>
#include <thread>

#include "tests/support/client.hpp"
#include "tests/support/repeat.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// The real program at --max-memory.
namespace rollcall::tests {
namespace {

/// A sanitizer's memory is far above any limit that a test could fill.
constexpr bool can_measure =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#else
    true;
#endif

unsigned status(Client& client, const std::string& request) {
  const auto response = client.exchange(request);
  BOOST_REQUIRE(response);
  return response->result_int();
}

/// Adds so many users of 500 octets to the data file at `path`, which no server has open.
void add_users(const std::string& path, int count) {
  sqlite3* database = nullptr;
  BOOST_REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  const std::string sql =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
      std::to_string(count) +
      ") INSERT INTO users (last_name, first_name, email) "
      "SELECT printf('%0250d', i), printf('%0240d', i), 'a@b.c' FROM n";
  BOOST_TEST(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(at_the_limit_nothing_is_created_and_reads_and_deletions_go_on) {
  if (!can_measure) return;
  RunningServer server("memory:", {"--max-memory", "48M"});
  Client client(server.port());
  BOOST_TEST(status(client, create_request(user_json("A", "B", "a@b.c"))) == 201U);
  const std::string user = user_json(std::string(250, 'a'), std::string(250, 'b'), "a@b.c") + "\n";
  const std::string users = repeat(user, 10'000);
  unsigned made = 200;
  for (int i = 0; i < 50 && made == 200; ++i) {
    Client stream(server.port());
    const auto response = stream.exchange(
        "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: "
        "application/x-ndjson\r\nContent-Length: " +
        std::to_string(users.size()) + "\r\n\r\n" + users);
    BOOST_REQUIRE(response);
    made = response->result_int();
  }
  // What was full stays so until something is deleted.
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  const auto refused = client.exchange(create_request(user_json("A", "B", "a@b.c")));
  BOOST_REQUIRE(refused);
  BOOST_TEST(refused->result_int() == 503U);
  BOOST_TEST(refused->body().find("tag:rollcall,2026:memory-full") != std::string::npos);
  BOOST_TEST(status(client, "GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n") == 200U);
  BOOST_TEST(status(client, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n") == 200U);
  BOOST_TEST(status(client, "DELETE /users/1 HTTP/1.1\r\nHost: x\r\n\r\n") == 204U);
  BOOST_TEST(server.stop(SIGTERM) == 0);
  const std::string said = server.program().error_output();
  BOOST_TEST(said.find("memory limit reached: ") != said.npos, said);
  BOOST_TEST(said.find(" octets of 50331648 (--max-memory); creates get 503") != said.npos, said);
}

BOOST_AUTO_TEST_CASE(a_file_that_does_not_fit_is_refused_at_the_start_with_both_sizes) {
  if (!can_measure) return;
  const TemporaryDirectory directory;
  const std::string path = directory.file("a.db");
  RunningServer("sqlite:" + path).stop(SIGTERM);
  add_users(path, 60'000);
  // By what it has while it loads: 30 MB of users. Then by the pages of the file alone.
  for (const bool by_file : {false, true}) {
    if (by_file) add_users(path, 100'000);
    Program refused(ROLLCALL_PROGRAM, {"--listen", "127.0.0.1:0", "--store", "sqlite:" + path,
                                       "--max-memory", "16M"});
    BOOST_TEST(refused.wait().value_or(-1) == 1);
    const std::string said = refused.error_output();
    BOOST_TEST(said.find("does not fit into memory: it takes more than ") != said.npos, said);
    BOOST_TEST(said.find(" octets, and --max-memory allows 17,825,792: ") != said.npos, said);
  }
  RunningServer server("sqlite:" + path, {"--max-memory", "256M"});
  Client client(server.port());
  BOOST_TEST(status(client, create_request(user_json("A", "B", "a@b.c"))) == 201U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
