#include "server/io_thread.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <future>
#include <string>

#include "server/connection/plain_transport.hpp"
#include "storage/local/memory_store.hpp"

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

}  // namespace

BOOST_AUTO_TEST_SUITE(io_thread)

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
