#include <boost/test/unit_test.hpp>

#include "protocol/limits.hpp"
#include "tests/http/asking.hpp"

/// docs/http.md, "Names of requests".
namespace rollcall::tests {
namespace {

std::string named(const std::string& id) { return "X-Request-Id: " + id + "\r\n"; }

/// How often `text` is in the answers.
std::size_t count(const Answers& answers, const std::string& text) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = answers.text.find(text, at)) != std::string::npos; ++at) ++found;
  return found;
}

const std::string ndjson =
    "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(request_id)

BOOST_AUTO_TEST_CASE(every_answer_repeats_the_id_of_its_request) {
  for (const std::string& each :
       {post(user(), named("a-1")), post("{}", named("a-1")), get("/users", named("a-1")),
        get("/users/7", named("a-1")), get("/livez", named("a-1")),
        get("/users", named("a-1") + "Accept: application/x-ndjson\r\n"),
        get("/users", named("a-1") + "Expect: x\r\n"), get("/users", named("a-1") + "bad\r\n"),
        ndjson + named("a-1") + "Content-Length: 2\r\n\r\n{}",
        ndjson + named("a-1") + "Prefer: answer=early\r\nContent-Length: 2\r\n\r\n{}"}) {
    BOOST_TEST(count(ask(each), "\r\nX-Request-Id: a-1\r\n") == 1U, each);
  }
}

BOOST_AUTO_TEST_CASE(an_id_that_is_malformed_or_too_long_or_one_of_two_is_ignored) {
  for (const std::size_t octets :
       {protocol::max_request_id_octets - 1, protocol::max_request_id_octets,
        protocol::max_request_id_octets + 1}) {
    const bool fits = octets <= protocol::max_request_id_octets;
    const Answers answers = ask(post(user(), named(std::string(octets, 'a'))));
    BOOST_TEST(count(answers, "X-Request-Id: ") == (fits ? 1U : 0U), octets);
    BOOST_TEST(answers.statuses.front() == 201U);
  }
  for (const std::string& fields : {named(""), named("a b"), named("a,b"), named("\"a\""),
                                    named("\xc3\xa4"), named("a") + named("a")}) {
    const Answers answers = ask(post(user(), fields));
    BOOST_TEST(count(answers, "X-Request-Id") == 0U, fields);
    BOOST_TEST(answers.statuses.front() == 201U);
  }
}

BOOST_AUTO_TEST_CASE(pipelined_answers_have_the_ids_of_their_own_requests) {
  const Answers answers = ask(post(user(), named("a")) + post(user()) +
                              get("/users/1", named("b")) + post(user(), named("c")));
  BOOST_TEST(answers.statuses.size() == 4U);
  const std::size_t second = answers.text.find("HTTP/1.1", 9);
  const std::size_t third = answers.text.find("HTTP/1.1", second + 9);
  const std::size_t fourth = answers.text.find("HTTP/1.1", third + 9);
  BOOST_TEST(answers.text.find("X-Request-Id: a\r\n") < second);
  BOOST_TEST(answers.text.find("X-Request-Id: b\r\n") > third);
  BOOST_TEST(answers.text.find("X-Request-Id: b\r\n") < fourth);
  BOOST_TEST(answers.text.find("X-Request-Id: c\r\n") > fourth);
  BOOST_TEST(count(answers, "X-Request-Id") == 3U);
}

BOOST_AUTO_TEST_CASE(a_request_without_an_id_is_given_none) {
  BOOST_TEST(count(ask(post(user())), "X-Request-Id") == 0U);
  const Answers answers =
      ask(post(user(), "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"));
  BOOST_TEST(answers.statuses.front() == 201U);
  BOOST_TEST(count(answers, "trace") == 0U);
}

BOOST_AUTO_TEST_CASE(with_an_id_a_header_has_4_kib_at_most) {
  const std::string id = named(std::string(protocol::max_request_id_octets, 'i'));
  for (const std::size_t octets : {10U, 1'600U, 2'600U, 3'400U, 3'500U}) {
    const std::string target = "/users?_page=2&_limit=1&q=" + std::string(octets, 'a') + "&q=e";
    const Answers answers = ask(post(user()) + get(target, id));
    const std::size_t begin = answers.text.rfind("HTTP/1.1 ");
    const std::size_t end = answers.text.find("\r\n\r\n", begin) + 4;
    BOOST_TEST(end - begin <= 4'096U);
    BOOST_TEST(count(answers, "X-Request-Id") == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
