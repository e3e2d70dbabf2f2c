#include "server/ops/log.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

/// What `act` makes a PlainLog write.
template <class Act>
std::string written(const Act& act) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const out = ::open_memstream(&text, &size);
  PlainLog log(out);
  act(log);
  std::fclose(out);
  std::string result(text, size);
  std::free(text);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log)

BOOST_AUTO_TEST_CASE(a_command_says_each_message_in_a_line) {
  BOOST_TEST(written([](Log& log) { log.say(LogLevel::warning, "%d of %s", 3, "four"); }) ==
             "rollcall: 3 of four\n");
  BOOST_TEST(written([](Log& log) { log.say(LogLevel::debug, "why"); }) == "");
}

BOOST_AUTO_TEST_CASE(a_message_is_cut_at_its_limit) {
  for (const std::size_t octets :
       {max_log_message_octets - 1, max_log_message_octets, max_log_message_octets + 1}) {
    const std::string text(octets, 'x');
    const std::string line =
        written([&text](Log& log) { log.say(LogLevel::info, "%s", text.c_str()); });
    BOOST_TEST(line == "rollcall: " + text.substr(0, max_log_message_octets) + "\n");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
