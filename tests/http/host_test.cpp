#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

namespace rollcall::tests {

BOOST_AUTO_TEST_SUITE(host)

BOOST_AUTO_TEST_CASE(http_1_1_without_it_or_with_two_is_400) {
  check_closes("GET /livez HTTP/1.1\r\n\r\n", 400);
  check_closes("GET /livez HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400);
  check_closes("GET http://x/livez HTTP/1.1\r\n\r\n", 400);
}

BOOST_AUTO_TEST_CASE(one_that_is_no_host_is_400) {
  for (const char* host : {"a b", "a/b", "a@b", "a:b", "a:123456", "[::1", "[]", "%zz", "a?"}) {
    check_closes("GET /livez HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n", 400);
  }
}

BOOST_AUTO_TEST_CASE(a_name_an_address_a_port_or_nothing_is_one) {
  for (const char* host : {"a", "a.b:80", "127.0.0.1:3000", "[::1]:3000", "", "a:"}) {
    check_stays("GET /livez HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n", 200);
  }
}

BOOST_AUTO_TEST_CASE(http_1_0_need_not_have_it) {
  BOOST_TEST(ask("GET /livez HTTP/1.0\r\n\r\n").statuses.front() == 200U);
  check_closes("GET /livez HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
