#include "server/io_thread.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <future>
#include <string>

#include "server/connection/plain_transport.hpp"
#include "storage/local/memory_store.hpp"
#include "tests/support/driven_server.hpp"

namespace rollcall::server {
namespace {

/// A thread that runs, and how its end comes along.
struct Running {
  explicit Running(storage::Store& store) : thread(store, Timeouts{}) {}
  void start() {
    thread.start({[this] { drained.set_value(); }, [this] { ended.set_value(); }});
  }
  ~Running() { thread.join(); }

  IoThread thread;
  std::promise<void> drained;
  std::promise<void> ended;
};

/// Each answer takes a millisecond.
struct SlowAnswers final : AnswerObserver {
  void begins(unsigned, protocol::Caller&) noexcept override {}
  void answered(const AnswerRecord&) noexcept override {
    clock.advance(std::chrono::milliseconds(1));
  }
  void turn_ends(Clock::time_point) noexcept override {}

  tests::ManualClock clock;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(io_thread)

BOOST_AUTO_TEST_CASE(its_lag_is_what_a_turn_takes_for_many_connections_until_it_is_idle) {
  for (const std::size_t count : {min_crowd, min_crowd + 1, 2 * std::size_t{max_ready_a_turn}}) {
    storage::MemoryStore store;
    tests::MemoryNetwork network;
    SlowAnswers slow;
    IoThread::Environment environment;
    environment.ready_set = &network;
    environment.clock = &slow.clock;
    environment.observer = &slow;
    IoThread thread(store, Timeouts{}, environment);
    thread.open_session();
    for (std::size_t i = 0; i < count; ++i) {
      thread.add(network.open(1'000'000), false);
      network.sockets().back().arrive("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    thread.take_turn();
    BOOST_TEST((thread.lag().now() == std::chrono::milliseconds(count > min_crowd ? count : 0)));
    thread.tick_now();
    thread.tick_now();
    BOOST_TEST(thread.lag().now().count() == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_given_to_a_thread_that_has_drained_is_answered) {
  storage::MemoryStore store;
  Running from(store);
  Running to(store);
  int sockets[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0);
  const std::string request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  BOOST_TEST(::send(sockets[1], request.data(), request.size(), 0) > 0);
  // The order in which a stop may reach the two.
  to.start();
  to.thread.stop();
  to.drained.get_future().wait();
  from.thread.adopt(std::make_unique<PlainTransport>(sockets[0]), false);
  from.thread.give(1, to.thread);
  from.thread.stop();
  from.start();
  from.drained.get_future().wait();
  to.thread.end();
  from.thread.end();
  from.ended.get_future().wait();
  to.ended.get_future().wait();
  char answer[64] = {};
  BOOST_TEST(::recv(sockets[1], answer, sizeof answer - 1, 0) >= 0);
  BOOST_TEST(std::string(answer).substr(0, 12) == "HTTP/1.1 200");
  ::close(sockets[1]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
