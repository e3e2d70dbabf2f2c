#include "server/cli/overload_options.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;

Settings given(const std::string& name, const std::string& text) {
  return {{name, {{text}, "--" + name}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(overload_options)

BOOST_AUTO_TEST_CASE(writes_may_wait_for_100_ms_or_as_long_as_is_said) {
  const auto delay = [](const std::string& text) {
    return queue_delay_of(given("max-queue-delay", text));
  };
  BOOST_TEST((queue_delay_of({}) == milliseconds(100)));
  BOOST_TEST((delay("0") == milliseconds(0)));
  BOOST_TEST((delay("1") == milliseconds(1)));
  BOOST_TEST((delay("59999") == max_queue_delay - milliseconds(1)));
  BOOST_TEST((delay("60000") == max_queue_delay));
  for (const char* const bad : {"60001", "-1", "", "1.5", "100ms", "off"}) {
    BOOST_CHECK_EXCEPTION(delay(bad), UsageError, [&](const UsageError& error) {
      return std::string(error.what()) ==
             "--max-queue-delay must be a number of milliseconds from 0 to 60000, not '" +
                 std::string(bad) + "'";
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
