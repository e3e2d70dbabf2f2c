#include "server/http_date.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(http_date)

BOOST_AUTO_TEST_CASE(a_time_is_written_as_rfc_9110_has_it) {
  rollcall::server::HttpDate date;
  date.set(784'111'777);
  BOOST_TEST(date.text() == "Sun, 06 Nov 1994 08:49:37 GMT");
  date.set(951'782'400);
  BOOST_TEST(date.text() == "Tue, 29 Feb 2000 00:00:00 GMT");
}

BOOST_AUTO_TEST_SUITE_END()
