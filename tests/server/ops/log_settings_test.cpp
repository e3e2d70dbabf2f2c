#include "server/ops/log_settings.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(log_settings)

BOOST_AUTO_TEST_CASE(each_level_has_a_name_by_which_it_is_found) {
  for (const LogLevel level :
       {LogLevel::error, LogLevel::warning, LogLevel::info, LogLevel::debug}) {
    BOOST_TEST((log_level_of(name_of(level)) == level));
  }
  BOOST_TEST(name_of(LogLevel::warning) == "warning");
  BOOST_TEST(!log_level_of("").has_value());
  BOOST_TEST(!log_level_of("warn").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
