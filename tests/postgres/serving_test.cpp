#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "tests/postgres/cluster.hpp"
#include "tests/support/client.hpp"
#include "tests/wire/running_server.hpp"

/// The real program over a real database.
namespace rollcall::tests {
namespace {

std::string request(const std::string& line, const std::string& fields = "",
                    const std::string& body = "") {
  std::string text = line + " HTTP/1.1\r\nHost: localhost\r\n" + fields;
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

constexpr const char* json = "Content-Type: application/json\r\n";
constexpr const char* lines = "Content-Type: application/x-ndjson\r\n";

Response ask(std::uint16_t port, const std::string& text) {
  Client client(port);
  const auto response = client.exchange(text);
  BOOST_REQUIRE(response);
  return *response;
}

std::string user(const std::string& name) {
  return R"({"last-name":")" + name + R"(","first-name":"F","email":"a@b.c"})";
}

/// A write that waited for long is forgotten at the next look at the threads, not at once.
bool is_ready_soon(const RunningServer& server) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (std::chrono::steady_clock::now() < until) {
    if (ask(server.port(), request("GET /readyz")).result_int() == 200U) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(serving)

BOOST_AUTO_TEST_CASE(what_one_instance_answers_holds_for_the_other) {
  const std::string url = shared_cluster().url(shared_cluster().new_schema());
  RunningServer one(url), other(url);
  const Response created = ask(one.port(), request("POST /users", json, user("A")));
  BOOST_TEST(created.result_int() == 201U);
  const std::string place(created["location"]);
  const Response found = ask(other.port(), request("GET " + place));
  BOOST_TEST(found.result_int() == 200U);
  BOOST_TEST(found.body() == created.body());
  const std::string tag(found["etag"]);
  const std::string change = request(
      "PATCH " + place, "If-Match: " + tag + "\r\nContent-Type: application/merge-patch+json\r\n",
      R"({"last-name":"B"})");
  BOOST_TEST(ask(other.port(), change).result_int() == 200U);
  BOOST_TEST(ask(one.port(), change).result_int() == 412U);
  const std::string keyed = std::string(lines) + "Idempotency-Key: \"k\"\r\n";
  const std::string upload =
      request("POST /users", keyed, user("C") + "\n" + user("D") + "\n" + user("E") + "\n");
  const Response first = ask(one.port(), upload);
  BOOST_TEST(first.result_int() == 200U);
  BOOST_TEST(ask(other.port(), upload).body() == first.body());
  const Response all = ask(other.port(), request("GET /users", "Accept: application/x-ndjson\r\n"));
  BOOST_TEST(std::count(all.body().begin(), all.body().end(), '\n') == 4);
  const Response page = ask(one.port(), request("GET /users?q=c&_sort=last-name&_order=desc"));
  BOOST_TEST(std::string(page["x-total-count"]) == "4");
  BOOST_TEST(ask(one.port(), request("DELETE " + place)).result_int() == 204U);
  BOOST_TEST(ask(other.port(), request("GET " + place)).result_int() == 404U);
  BOOST_TEST(one.stop(SIGTERM) == 0);
  BOOST_TEST(other.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(no_password_is_shown_anywhere) {
  std::string url = shared_cluster().url(shared_cluster().new_schema());
  url.replace(url.find("rollcall@"), 9, "rollcall:secret@");
  RunningServer server(url + "&sslpassword=secret");
  const Response config = ask(server.admin_port(), request("GET /config"));
  BOOST_TEST(config.body().find("rollcall:***@") != std::string::npos, config.body());
  BOOST_TEST(config.body().find("secret") == std::string::npos, config.body());
  BOOST_TEST(server.stop(SIGTERM) == 0);
  BOOST_TEST(server.program().error_output().find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_its_database_it_answers_503_and_says_why_and_recovers) {
  RunningServer server(shared_cluster().url(shared_cluster().new_schema()));
  const std::string post = request("POST /users", json, user("A"));
  BOOST_TEST(ask(server.port(), post).result_int() == 201U);
  shared_cluster().kill();
  const Response refused = ask(server.port(), request("GET /users/1"));
  BOOST_TEST(refused.result_int() == 503U);
  BOOST_TEST(std::string(refused["retry-after"]) == "2");
  BOOST_TEST(ask(server.port(), post).result_int() == 503U);
  const Response ready = ask(server.port(), request("GET /readyz"));
  BOOST_TEST(ready.result_int() == 503U);
  BOOST_TEST(ready.body().find("database") != std::string::npos, ready.body());
  BOOST_TEST(ask(server.port(), request("GET /livez")).result_int() == 200U);
  shared_cluster().start();
  BOOST_TEST(ask(server.port(), post).result_int() == 201U);
  BOOST_TEST(is_ready_soon(server));
  BOOST_TEST(server.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
