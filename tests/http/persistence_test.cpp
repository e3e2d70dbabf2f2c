#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

namespace rollcall::tests {

BOOST_AUTO_TEST_SUITE(persistence)

BOOST_AUTO_TEST_CASE(http_1_1_stays_open_until_one_side_says_close) {
  check_stays(get("/livez"), 200);
  check_closes(get("/livez", "Connection: close\r\n"), 200);
  check_closes(get("/livez", "Connection: x, CLOSE\r\n"), 200);
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_unless_it_says_keep_alive) {
  check_closes("GET /livez HTTP/1.0\r\n\r\n", 200);
  check_stays("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order_each_seeing_those_before) {
  const Answers answers = ask(get("/users/1") + post(user()) + get("/users/1") + post("{}") +
                              post(user()) + get("/users/2"));
  const std::vector<unsigned> expected{404, 201, 200, 400, 201, 200};
  BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(head_is_get_without_the_body) {
  const Answers answers =
      ask("HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\nHEAD /users/1 HTTP/1.1\r\nHost: x\r\n\r\n", true);
  const std::vector<unsigned> expected{200, 404};
  BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
  BOOST_TEST(answers.text.find("Content-Length: 15\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_answer_to_head_has_a_body_however_bad_the_request_is) {
  const std::string end = "\r\nHost: x\r\n\r\n";
  const std::string line = "HEAD /users HTTP/1.1\r\n";
  for (const std::string& request :
       {"HEAD  /users HTTP/1.1" + end, "HEAD /users\x01 HTTP/1.1" + end, "HEAD" + end,
        "HEAD\t/users HTTP/1.1" + end, "HEAD /users HTTP/3.7" + end, "HEAD /users" + end,
        "HEAD /%zz HTTP/1.1" + end, std::string("HEAD /users HTTP/1.1\n"),
        "HEAD /" + std::string(9'000, 'a') + " HTTP/1.1" + end,
        "HEAD /" + std::string(17'000, 'a') + " HTTP/1.1" + end,
        line + "A: " + std::string(17'000, 'a') + end, line + "\r\n", line + "A : b" + end,
        line + "Host: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        line + "Host: x\r\nContent-Length: 99999\r\n\r\n", line + "Host: x\r\nExpect: x\r\n\r\n"}) {
    BOOST_TEST_CONTEXT(request.substr(0, 60)) {
      const Answers answers = ask(request, true);
      BOOST_REQUIRE(answers.statuses.size() == 1U);
      BOOST_TEST(answers.statuses.front() >= 400U);
      BOOST_TEST(answers.text.ends_with("\r\n\r\n"));
      BOOST_TEST(answers.text.find("{") == answers.text.npos);
    }
  }
  BOOST_TEST(ask("HEADS  /users HTTP/1.1" + end).text.ends_with("}"));
  BOOST_TEST(ask("head  /users HTTP/1.1" + end).text.ends_with("}"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
