#include "server/cli/interruption.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>

#include "server/cli/input_file.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(interruption)

BOOST_AUTO_TEST_CASE(a_signal_is_seen_and_ends_every_wait_that_comes_later) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const Interruption interruption;
  BOOST_TEST(interruption.signal() == 0);
  // The end of a pipe to which nobody writes: a read would never return.
  InputFile input("/proc/self/fd/" + std::to_string(ends[0]));
  input.stop_at(interruption.descriptor());
  std::raise(SIGTERM);
  BOOST_TEST(interruption.signal() == SIGTERM);
  for (int i = 0; i < 2; ++i) BOOST_TEST(input.more().empty());
  BOOST_TEST(!input.at_end());
  ::close(ends[0]);
  ::close(ends[1]);
}

// ThreadSanitizer is what can see this fail.
BOOST_AUTO_TEST_CASE(another_thread_than_the_one_that_gets_the_signal_may_look_for_it) {
  const Interruption interruption;
  std::atomic<bool> looked = false;
  std::thread other([&] {
    while (interruption.signal() == 0) {
      looked = true;
      std::this_thread::yield();
    }
  });
  while (!looked) std::this_thread::yield();
  std::raise(SIGTERM);
  other.join();
  BOOST_TEST(interruption.signal() == SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_second_signal_has_its_usual_effect) {
  const Interruption interruption;
  std::raise(SIGINT);
  struct sigaction action {};
  ::sigaction(SIGTERM, nullptr, &action);
  BOOST_TEST((action.sa_handler == SIG_DFL));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
