#include "server/ops/access_log.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "server/limits.hpp"
#include "tests/support/log_file.hpp"

namespace rollcall::server {
namespace {

LogSettings settings(const std::string& path) {
  return {.file = path, .access = AccessLogging::all};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_log)

BOOST_AUTO_TEST_CASE(the_end_writes_every_answer_of_every_thread) {
  const tests::LogFile file;
  constexpr std::size_t answers = 1'000;
  ServerLog log(settings(file.path));
  {
    AccessLog access(settings(file.path), log);
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
  const std::string text = file.contents();
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 2 * answers + 1);
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(" status=404 ", at)) != text.npos; ++at) ++found;
  BOOST_TEST(found == answers);
  BOOST_TEST(text.ends_with("the last\n"));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_reader_that_reads_nothing_and_what_is_lost_is_counted) {
  const tests::LogPipe pipe;
  ServerLog log(settings(pipe.path()));
  AccessLog access(settings(pipe.path()), log);
  AnswerObserver& thread = access.add_thread();
  // Lines of 100 octets: more than the pipe, one piece and the ring take together.
  for (std::size_t i = 0; i < 2 * max_access_records; ++i) {
    thread.answered({200, {}, 9, true});
    thread.turn_ends(Clock::time_point::clock::now());
  }
  BOOST_TEST(access.dropped() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
