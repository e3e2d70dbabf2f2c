#include <boost/test/unit_test.hpp>
#include <string>

#include "storage/local/memory_store.hpp"
#include "tests/support/driven_server.hpp"

/// How connections end when the server does: first it drains, then it stops.
namespace rollcall::server {
namespace {

using std::chrono::milliseconds;
using tests::DrivenServer;

const std::string get = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string find = "GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n";

std::string create() {
  const std::string body = R"({"last-name":"A","first-name":"B","email":"a@b.c"})";
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
  return found;
}

struct Ended {
  storage::MemoryStore store;
  DrivenServer server{store};

  Ended() { server.connect(); }
  ~Ended() {
    for (tests::MemorySocket& each : server.sockets()) each.finish();
    server.thread().cut_now();
  }
  const std::string& sent() { return server.socket().sent(); }
  std::size_t answers() { return count(sent(), "HTTP/1.1 2"); }
  std::size_t closes() { return count(sent(), "\r\nConnection: close\r\n"); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ending, Ended)

BOOST_AUTO_TEST_CASE(in_a_drain_an_idle_connection_stays_and_its_next_answer_closes_it) {
  server.arrive(get);
  server.thread().drain_now();
  server.take_turn();
  BOOST_TEST(!server.socket().was_shut_down());
  BOOST_TEST(closes() == 0U);
  server.arrive(create());
  BOOST_TEST(answers() == 2U);
  BOOST_TEST(closes() == 1U);
  BOOST_TEST(server.socket().was_shut_down());
  // As does the first one of a new connection.
  server.connect();
  server.arrive(find);
  BOOST_TEST(answers() == 1U);
  BOOST_TEST(closes() == 1U);
}

BOOST_AUTO_TEST_CASE(in_a_drain_all_that_has_come_is_answered_and_only_the_last_answer_says_close) {
  server.thread().drain_now();
  const std::string requests = get + create() + find + get + create() + get;
  server.arrive(requests);
  BOOST_TEST(answers() == 6U);
  BOOST_TEST(closes() == 1U);
  BOOST_TEST(sent().rfind("HTTP/1.1 200") < sent().rfind("Connection: close"));
  // Behind a request that is not whole yet, too.
  server.connect();
  server.arrive(create() + get.substr(0, 10));
  BOOST_TEST(answers() == 1U);
  BOOST_TEST(closes() == 0U);
  server.arrive(get.substr(10));
  BOOST_TEST(answers() == 2U);
  BOOST_TEST(closes() == 1U);
}

BOOST_AUTO_TEST_CASE(more_requests_than_are_taken_at_once_are_all_answered_in_a_drain) {
  server.thread().drain_now();
  std::string requests;
  constexpr std::size_t most = 3 * max_pipelined_requests;
  for (std::size_t i = 0; i < most; ++i) requests += create();
  server.arrive(requests);
  BOOST_TEST(answers() == most);
  BOOST_TEST(closes() == 1U);
}

BOOST_AUTO_TEST_CASE(a_drain_can_be_taken_back_and_a_stop_can_not) {
  server.thread().drain_now();
  server.thread().resume_now();
  server.arrive(get);
  BOOST_TEST(answers() == 1U);
  BOOST_TEST(closes() == 0U);
  server.thread().stop_now();
  server.thread().resume_now();
  server.thread().drain_now();
  BOOST_TEST(server.socket().was_shut_down());
  BOOST_TEST(!server.thread().is_drained());
  server.socket().finish();
  server.take_turn();
  BOOST_TEST(server.thread().is_drained());
}

BOOST_AUTO_TEST_CASE(in_a_stop_a_new_connection_is_kept_for_a_moment_for_its_first_request) {
  server.pass(first_request_time - tick);
  server.thread().stop_now();
  BOOST_TEST(!server.socket().was_shut_down());
  server.arrive(create());
  BOOST_TEST(answers() == 1U);
  BOOST_TEST(closes() == 1U);
  server.connect();
  server.pass(first_request_time - tick);
  BOOST_TEST(!server.socket().was_shut_down());
  server.pass(tick);
  BOOST_TEST(server.socket().was_shut_down());
}

BOOST_AUTO_TEST_CASE(a_stop_waits_until_the_peer_has_all_but_not_for_its_end) {
  server.arrive(get);
  server.socket().set_reading(false);
  server.thread().stop_now();
  BOOST_TEST(server.socket().was_shut_down());
  server.pass(tick);
  BOOST_TEST(!server.socket().closed());
  server.socket().set_reading(true);
  server.pass(tick);
  BOOST_TEST(server.socket().closed());
  BOOST_TEST(server.thread().is_drained());
}

BOOST_AUTO_TEST_CASE(without_a_stop_the_end_of_the_peer_is_waited_for) {
  server.arrive("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(server.socket().was_shut_down());
  server.pass(2 * tick);
  BOOST_TEST(!server.socket().closed());
  server.pass(Timeouts().linger);
  BOOST_TEST(server.socket().closed());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
