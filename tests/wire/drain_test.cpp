#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// SIGTERM: for --drain-delay a load balancer has time to notice, and nobody is left unanswered.
namespace rollcall::tests {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
namespace http = boost::beast::http;

const std::string create = create_request(user_json("A", "B", "a@b.c"));
constexpr const char* ready = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";

std::vector<std::unique_ptr<Client>> connect(const RunningServer& server, int count) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < count; ++i) clients.push_back(std::make_unique<Client>(server.port()));
  return clients;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drain)

BOOST_AUTO_TEST_CASE(twenty_idle_connections_that_send_10_ms_after_sigterm_get_20_answers) {
  const TemporaryDirectory directory;
  RunningServer server("sqlite:" + directory.file("rollcall.db"),
                       {"--drain-delay", "1", "--threads", "2-2"});
  const auto clients = connect(server, 20);
  for (const auto& each : clients) BOOST_TEST(each->exchange(create)->result_int() == 201U);
  server.program().signal(SIGTERM);
  std::this_thread::sleep_for(10ms);
  for (const auto& each : clients) BOOST_TEST(each->send(create));
  for (const auto& each : clients) {
    const auto answer = each->receive();
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->result_int() == 201U);
    BOOST_TEST((*answer)[http::field::connection] == "close");
    BOOST_TEST(each->at_end());
  }
  BOOST_TEST(server.program().wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(
    until_the_delay_is_over_readyz_is_503_new_clients_are_served_and_idle_ones_stay) {
  RunningServer server("memory:", {"--drain-delay", "1.5"});
  Client idle(server.port());
  BOOST_TEST(idle.exchange(ready)->result_int() == 200U);
  const auto begin = Clock::now();
  server.program().signal(SIGTERM);
  unsigned status = 200;
  for (int i = 0; i < 100 && status == 200; ++i) {
    Client probe(server.port());
    const auto answer = probe.exchange(ready);
    BOOST_REQUIRE(answer);
    status = answer->result_int();
    if (status != 200) BOOST_TEST(answer->body().find("draining") != std::string::npos);
  }
  BOOST_TEST(status == 503U);
  // Readiness changes at once; the thread that answers hears of the drain with its next connection.
  const auto next = Client(server.port()).exchange(ready);
  BOOST_REQUIRE(next);
  BOOST_TEST((*next)[http::field::connection] == "close");
  std::this_thread::sleep_for(500ms);
  Client late(server.port());
  BOOST_TEST(late.exchange(create)->result_int() == 201U);
  BOOST_TEST(idle.exchange(create)->result_int() == 201U);
  BOOST_TEST(server.program().wait().value_or(-1) == 0);
  BOOST_TEST((Clock::now() - begin >= 1'500ms));
}

BOOST_AUTO_TEST_CASE(a_sigint_does_not_wait_and_who_is_connected_and_has_asked_is_answered) {
  for (int i = 0; i < 5; ++i) {
    RunningServer server("memory:", {"--drain-delay", "300", "--threads", "2-2"});
    // They may still be in the kernel's queue.
    const auto clients = connect(server, 50);
    for (const auto& each : clients) BOOST_TEST(each->send(create));
    const auto begin = Clock::now();
    server.program().signal(SIGINT);
    for (const auto& each : clients) {
      const auto answer = each->receive();
      BOOST_REQUIRE(answer);
      BOOST_TEST(answer->result_int() == 201U);
    }
    BOOST_TEST(server.program().wait().value_or(-1) == 0);
    BOOST_TEST((Clock::now() - begin < 10s));
  }
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_a_drain_at_once) {
  RunningServer server("memory:", {"--drain-delay", "300"});
  Client client(server.port());
  BOOST_TEST(client.exchange(create)->result_int() == 201U);
  server.program().signal(SIGTERM);
  // A second one that comes while the first is still pending is none (signal(7)).
  unsigned status = 200;
  for (int i = 0; i < 1'000 && status == 200; ++i) {
    status = Client(server.port()).exchange(ready)->result_int();
  }
  BOOST_TEST(status == 503U);
  // Sooner it would be taken for the first one, sent twice.
  std::this_thread::sleep_for(150ms);
  BOOST_TEST(server.stop(SIGTERM) == 128 + SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
