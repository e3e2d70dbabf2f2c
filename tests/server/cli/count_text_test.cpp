#include "server/cli/count_text.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(count_text)

BOOST_AUTO_TEST_CASE(thousands_are_set_apart_and_one_is_singular) {
  BOOST_TEST(grouped(0) == "0");
  BOOST_TEST(grouped(999) == "999");
  BOOST_TEST(grouped(1'000) == "1,000");
  BOOST_TEST(grouped(1'234'567) == "1,234,567");
  BOOST_TEST(users_text(1) == "1 user");
  BOOST_TEST(users_text(1'234) == "1,234 users");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
