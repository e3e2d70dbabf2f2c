#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

namespace rollcall::tests {

BOOST_AUTO_TEST_SUITE(expect)

BOOST_AUTO_TEST_CASE(continue_is_answered_and_then_the_request) {
  check_stays(post(user(), "Expect: 100-Continue\r\n"), 201);
}

BOOST_AUTO_TEST_CASE(a_request_refused_by_its_header_gets_no_100_and_the_connection_ends) {
  check_closes(
      "POST /nothing HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
      404);
}

BOOST_AUTO_TEST_CASE(any_other_expectation_is_417) {
  check_stays(get("/livez", "Expect: nothing\r\n"), 417);
  check_stays(post(user(), "Expect: 100-continue, x\r\n"), 417);
}

BOOST_AUTO_TEST_CASE(http_1_0_can_not_expect) {
  BOOST_TEST(ask("GET /livez HTTP/1.0\r\nExpect: x\r\n\r\n").statuses.front() == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
