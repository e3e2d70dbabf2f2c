#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

namespace rollcall::tests {

BOOST_AUTO_TEST_SUITE(request_line)

BOOST_AUTO_TEST_CASE(method_target_and_version_with_single_spaces_are_a_request_line) {
  check_stays("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", 200);
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_it_is_skipped) {
  check_stays("\r\n" + get("/livez"), 200);
  const Answers two = ask(get("/livez") + "\r\n" + get("/livez"));
  BOOST_TEST(two.statuses.size() == 2U);
}

BOOST_AUTO_TEST_CASE(two_empty_lines_before_it_are_400) {
  check_closes("\r\n\r\n" + get("/livez"), 400);
}

BOOST_AUTO_TEST_CASE(other_white_space_in_it_is_400) {
  const std::string end = "\r\nHost: x\r\n\r\n";
  for (const std::string line :
       {"GET  /livez HTTP/1.1", "GET /livez  HTTP/1.1", " GET /livez HTTP/1.1",
        "GET\t/livez HTTP/1.1", "GET /livez HTTP/1.1 ", "GET /livez", "GET HTTP/1.1", "GET"}) {
    check_closes(line + end, 400);
  }
}

BOOST_AUTO_TEST_CASE(a_line_end_that_is_not_cr_lf_is_400) {
  check_closes("GET /livez HTTP/1.1\nHost: x\r\n\r\n", 400);
  check_closes("GET /livez HTTP/1.1\r\r\nHost: x\r\n\r\n", 400);
  check_closes("GET /livez HTTP/1.1\rHost: x\r\n\r\n", 400);
  check_closes("GET /livez HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400);
}

BOOST_AUTO_TEST_CASE(octets_that_no_method_begins_with_are_400_at_once) {
  const std::string hello("\x16\x03\x01\x02\x00\x01", 6);
  check_closes(hello, 400);
  check_closes(std::string(1, '\0'), 400);
  check_closes("{\"last-name\":\"x\"}", 400);
}

BOOST_AUTO_TEST_CASE(a_method_that_is_no_token_is_400) {
  check_closes("G(T /livez HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  check_closes("G\x01T /livez HTTP/1.1\r\nHost: x\r\n\r\n", 400);
}

BOOST_AUTO_TEST_CASE(a_method_that_nothing_here_knows_is_501_and_case_matters) {
  check_stays("BREW /users HTTP/1.1\r\nHost: x\r\n\r\n", 501);
  for (const char* method : {"get", "Post", "pUT", "optionS", "brew", "gets", "m-search"}) {
    const Answers answers = ask(std::string(method) + " /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    const bool known = std::string(method) != "brew" && std::string(method) != "gets";
    BOOST_TEST(answers.statuses.front() == 501U, method);
    BOOST_TEST((answers.text.find("in upper case") != answers.text.npos) == known, method);
  }
}

BOOST_AUTO_TEST_CASE(a_method_that_the_resource_has_not_is_405_with_allow) {
  check_stays("TRACE /users HTTP/1.1\r\nHost: x\r\n\r\n", 405);
  const Answers answers = ask("POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  BOOST_TEST(answers.statuses.front() == 405U);
  BOOST_TEST(answers.text.find("\r\nAllow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(http_1_0_is_taken_and_another_version_is_505) {
  BOOST_TEST(ask("GET /livez HTTP/1.0\r\n\r\n").statuses.front() == 200U);
  for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.7"}) {
    check_closes("GET /livez " + std::string(version) + "\r\nHost: x\r\n\r\n", 505);
  }
}

BOOST_AUTO_TEST_CASE(a_version_that_is_none_is_400) {
  for (const char* version :
       {"http/1.1", "HTTP/1", "HTTP/11", "HTTP/1.1.1", "HTTP/x.1", "ICY/1.1"}) {
    check_closes("GET /livez " + std::string(version) + "\r\nHost: x\r\n\r\n", 400);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
