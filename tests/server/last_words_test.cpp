#include "server/last_words.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

namespace rollcall::server {
namespace {

/// What a process says that does `act` on a thread, and its exit code.
std::pair<std::string, int> last_words_of(const std::function<void()>& act) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    install_last_words();
    std::thread(act).join();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[512];
  for (ssize_t size = 0; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    said.append(buffer, static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_REQUIRE(WIFEXITED(status));
  return {said, WEXITSTATUS(status)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(last_words)

BOOST_AUTO_TEST_CASE(a_thread_without_memory_says_one_line_and_ends_the_program_with_1) {
  const auto [said, code] = last_words_of([] { throw std::bad_alloc(); });
  BOOST_TEST(code == 1);
  BOOST_TEST(said.starts_with("rollcall: "), said);
  BOOST_TEST(said.find("out of memory") != said.npos, said);
  BOOST_TEST(said.find('\n') == said.size() - 1, said);
}

BOOST_AUTO_TEST_CASE(so_does_any_exception_and_one_that_may_not_leave_a_function) {
  BOOST_TEST(last_words_of([] { throw std::runtime_error("why"); }).first.find("why") != 0U);
  const auto [said, code] = last_words_of([] {
    const std::function<void()> fails = [] { throw std::bad_alloc(); };
    const auto never_throws = [&]() noexcept { fails(); };
    never_throws();
  });
  BOOST_TEST(code == 1);
  BOOST_TEST(said.find("out of memory") != said.npos, said);
}

BOOST_AUTO_TEST_CASE(a_pipe_that_nobody_reads_holds_nobody_up) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_NONBLOCK) == 0);
  const std::string octets(4'096, 'x');
  while (::write(ends[1], octets.data(), octets.size()) > 0) continue;
  ::fcntl(ends[1], F_SETFL, 0);
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    // A write that waits is ended by this.
    ::alarm(20);
    write_last_line("the end\n");
    ::_exit(0);
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFEXITED(status));
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
