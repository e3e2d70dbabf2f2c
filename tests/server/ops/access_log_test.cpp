#include "server/ops/access_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "server/limits.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::server {
namespace {

struct Files {
  LogSettings settings() const { return {.file = path, .access = AccessLogging::all}; }
  std::string contents() const {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  tests::TemporaryDirectory directory;
  std::string path = directory.file("log");
};

}  // namespace

BOOST_AUTO_TEST_SUITE(access_log)

BOOST_FIXTURE_TEST_CASE(the_end_writes_every_answer_of_every_thread, Files) {
  constexpr std::size_t answers = 1'000;
  ServerLog log(settings());
  {
    AccessLog access(settings(), log);
    AnswerObserver& first = access.add_thread();
    AnswerObserver& second = access.add_thread();
    for (std::size_t i = 0; i < answers; ++i) {
      first.answered({200, {}, 9, true});
      second.answered({404, {}, 9, true});
    }
    first.turn_ends(Clock::time_point::clock::now());
    second.turn_ends(Clock::time_point::clock::now());
  }
  log.say(LogLevel::info, "the last");
  log.flush();
  const std::string text = contents();
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 2 * answers + 1);
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(" status=404 ", at)) != text.npos; ++at) ++found;
  BOOST_TEST(found == answers);
  BOOST_TEST(text.ends_with("the last\n"));
}

BOOST_FIXTURE_TEST_CASE(nobody_waits_for_a_reader_that_reads_nothing_and_what_is_lost_is_counted,
                        Files) {
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  BOOST_REQUIRE(reader >= 0);
  {
    ServerLog log(settings());
    AccessLog access(settings(), log);
    AnswerObserver& thread = access.add_thread();
    // Lines of 100 octets: more than the pipe, one piece and the ring take together.
    for (std::size_t i = 0; i < 2 * max_access_records; ++i) {
      thread.answered({200, {}, 9, true});
      thread.turn_ends(Clock::time_point::clock::now());
    }
    BOOST_TEST(access.dropped() > 0U);
  }
  ::close(reader);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
