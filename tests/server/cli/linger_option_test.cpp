#include "server/cli/linger_option.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/cli/options.hpp"
#include "storage/limits.hpp"

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;

milliseconds linger(const std::string& text) {
  return max_linger_of({{"max-linger", {{text}, "--max-linger"}}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(linger_option)

BOOST_AUTO_TEST_CASE(a_batch_is_not_held_back_or_for_as_long_as_is_said) {
  BOOST_TEST((max_linger_of({}) == milliseconds(0)));
  BOOST_TEST((linger("0") == milliseconds(0)));
  BOOST_TEST((linger("1") == milliseconds(1)));
  BOOST_TEST((linger("9") == storage::longest_linger - milliseconds(1)));
  BOOST_TEST((linger("10") == storage::longest_linger));
  for (const char* const bad : {"11", "-1", "", "1.5", "1ms", "off"}) {
    BOOST_CHECK_EXCEPTION(linger(bad), UsageError, [&](const UsageError& error) {
      return std::string(error.what()) ==
             "--max-linger must be a number of milliseconds from 0 to 10, not '" +
                 std::string(bad) + "'";
    });
  }
}

BOOST_AUTO_TEST_CASE(the_store_gets_it) {
  const char* const words[] = {"rollcall", "--max-linger", "7"};
  const auto parsed = parse_options(3, words, [](const std::string&) { return std::nullopt; });
  BOOST_TEST((std::get<Options>(parsed).store_options.max_linger == milliseconds(7)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
