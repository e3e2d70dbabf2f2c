#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "storage/local/memory_store.hpp"
#include "tests/support/driven_server.hpp"

/// Connections that a thread gives away.
namespace rollcall::server {
namespace {

using tests::DrivenServer;

const std::string get = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";

struct Moving {
  storage::MemoryStore store;
  DrivenServer server{store};

  ~Moving() {
    for (tests::MemorySocket& each : server.sockets()) each.finish();
    server.take_turn();
  }
};

std::size_t answers(const tests::MemorySocket& socket) {
  std::size_t count = 0;
  const std::string& sent = socket.sent();
  for (std::size_t at = 0; (at = sent.find("HTTP/1.1 200", at)) != sent.npos; ++at) ++count;
  return count;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(moved, Moving)

BOOST_AUTO_TEST_CASE(a_connection_on_which_nothing_is_under_way_is_served_by_who_takes_it) {
  server.connect();
  server.arrive(get);
  BOOST_TEST(answers(server.socket()) == 1U);
  auto released = server.thread().release_idle(10);
  BOOST_REQUIRE(released.size() == 1U);
  BOOST_TEST(server.thread().connection_count() == 0U);
  // What comes meanwhile waits for who takes it.
  server.arrive(get);
  BOOST_TEST(answers(server.socket()) == 1U);
  server.thread().add(std::move(released[0]), false);
  server.take_turn();
  BOOST_TEST(server.thread().connection_count() == 1U);
  BOOST_TEST(answers(server.socket()) == 2U);
  server.arrive(get);
  BOOST_TEST(answers(server.socket()) == 3U);
}

BOOST_AUTO_TEST_CASE(its_time_without_a_request_goes_with_it) {
  constexpr auto idle = Timeouts{}.idle;
  server.connect();
  server.arrive(get);
  for (int i = 0; i < 3; ++i) {
    server.pass(idle / 4);
    auto released = server.thread().release_idle(1);
    BOOST_REQUIRE(released.size() == 1U);
    server.thread().add(std::move(released[0]), false);
  }
  server.take_turn();
  server.pass(idle / 4 - 2 * tick);
  BOOST_TEST(server.thread().connection_count() == 1U);
  server.pass(4 * tick);
  BOOST_TEST(server.thread().connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_has_begun_a_request_or_has_more_to_read_or_send_stays) {
  server.connect();
  server.arrive(get.substr(0, 10));
  BOOST_TEST(server.thread().release_idle(10).empty());
  server.connect(100);
  server.socket().set_reading(false);
  server.arrive(get + get);
  BOOST_TEST(server.thread().release_idle(10).empty());
  server.connect();
  server.arrive(get);
  server.socket().arrive(get);
  BOOST_TEST(server.thread().release_idle(10).size() <= 1U);
}

BOOST_AUTO_TEST_CASE(no_more_go_than_are_asked_for) {
  for (int i = 0; i < 5; ++i) {
    server.connect();
    server.arrive(get);
  }
  auto released = server.thread().release_idle(3);
  BOOST_TEST(released.size() == 3U);
  BOOST_TEST(server.thread().connection_count() == 2U);
  for (auto& each : released) server.thread().add(std::move(each), false);
  BOOST_TEST(server.thread().connection_count() == 5U);
  server.thread().stop_now();
  BOOST_TEST(server.thread().release_idle(3).empty());
}

BOOST_AUTO_TEST_CASE(one_that_is_taken_over_during_a_stop_is_answered_and_closed) {
  server.thread().stop_now();
  auto late = server.open();
  tests::MemorySocket& socket = server.socket();
  socket.arrive(get);
  server.thread().add(std::move(late), false);
  server.take_turn();
  BOOST_TEST(answers(socket) == 1U);
  BOOST_TEST(socket.sent().find("Connection: close") != std::string::npos);
  auto idle = server.open();
  server.thread().add(std::move(idle), false);
  server.take_turn();
  BOOST_TEST(server.socket().sent().empty());
  for (tests::MemorySocket& each : server.sockets()) each.finish();
  server.take_turn();
  BOOST_TEST(server.thread().is_drained());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
