#include "server/ops/service_manager.hpp"

#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

#include "server/limits.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::server {
namespace {

using Local = boost::asio::local::datagram_protocol;
using std::chrono::milliseconds;

const Clock::time_point start{std::chrono::hours(1)};

/// The other end.
struct Manager {
  explicit Manager(const std::string& at = "") {
    const std::string path = at.empty() ? directory.file("notify") : at;
    socket.open();
    std::string name = path;
    if (name.starts_with('@')) name.front() = '\0';
    socket.bind(Local::endpoint(name));
    socket.non_blocking(true);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "2000000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  }

  /// What was told since the last call; nothing if nothing was.
  std::string told() {
    char text[512];
    boost::system::error_code error;
    const std::size_t octets = socket.receive(boost::asio::buffer(text), 0, error);
    return error ? "" : std::string(text, octets);
  }

  tests::TemporaryDirectory directory;
  boost::asio::io_context context;
  Local::socket socket{context};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(service_manager)

BOOST_AUTO_TEST_CASE(it_is_told_of_the_load_once_a_second_and_given_time_for_it) {
  Manager manager;
  ServiceManager tells(manager.context);
  BOOST_TEST(std::getenv("NOTIFY_SOCKET") == nullptr);
  tells.loading(0, start);
  BOOST_TEST(manager.told() ==
             "STATUS=Loading: 0 users so far\nEXTEND_TIMEOUT_USEC=" +
                 std::to_string(std::chrono::microseconds(load_patience).count()));
  tells.loading(5, start + progress_interval - milliseconds(1));
  BOOST_TEST(manager.told() == "");
  tells.loading(7, start + progress_interval);
  BOOST_TEST(manager.told().starts_with("STATUS=Loading: 7 users so far\n"));
}

BOOST_AUTO_TEST_CASE(it_is_told_when_connections_are_accepted_and_when_a_stop_begins) {
  const std::string abstract = "@rollcall-test-" + std::to_string(::getpid());
  Manager manager(abstract);
  ServiceManager tells(manager.context);
  tells.ready();
  BOOST_TEST(manager.told().starts_with("READY=1\n"));
  tells.stopping(milliseconds(11'000));
  const std::string told = manager.told();
  BOOST_TEST(told.starts_with("STOPPING=1\n"));
  BOOST_TEST(told.ends_with("\nEXTEND_TIMEOUT_USEC=11000000"));
}

BOOST_AUTO_TEST_CASE(the_watchdog_is_kept_quiet_only_if_every_thread_has_turned_since) {
  Manager manager;
  ServiceManager tells(manager.context);
  const milliseconds quarter{500};
  tells.alive(start, start);
  BOOST_TEST(manager.told() == "WATCHDOG=1");
  tells.alive(start + milliseconds(1), start + quarter - milliseconds(1));
  BOOST_TEST(manager.told() == "");
  tells.alive(start + milliseconds(1), start + quarter);
  BOOST_TEST(manager.told() == "WATCHDOG=1");
  // One has not turned since.
  tells.alive(start + quarter, start + 10 * quarter);
  BOOST_TEST(manager.told() == "");
}

BOOST_AUTO_TEST_CASE(without_a_watchdog_or_with_one_for_another_process_it_is_not_told) {
  Manager manager;
  ::setenv("WATCHDOG_PID", "1", 1);
  ServiceManager other(manager.context);
  other.alive(start, start);
  BOOST_TEST(manager.told() == "");
  // Taken out of the environment by the first one.
  ServiceManager nobody(manager.context);
  nobody.ready();
  BOOST_TEST(manager.told() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
