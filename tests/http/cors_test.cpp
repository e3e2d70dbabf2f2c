#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

/// docs/http.md, "Pages of other origins".
namespace rollcall::tests {
namespace {

const std::string app = "https://app.example.com";
const std::string origin = "Origin: " + app + "\r\n";
const std::string allowed = "\r\nAccess-Control-Allow-Origin: " + app + "\r\n";
const std::string vary = "\r\nVary: Origin\r\n";

const protocol::Site& site() {
  static const protocol::Site one = [] {
    protocol::Site of;
    of.cors.allow("http://localhost:5173");
    of.cors.allow(app);
    return of;
  }();
  return one;
}

std::string request(const std::string& line, const std::string& fields) {
  return line + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string preflight(const std::string& target, const std::string& method,
                      const std::string& fields = origin) {
  return request("OPTIONS " + target, fields + "Access-Control-Request-Method: " + method +
                                          "\r\nAccess-Control-Request-Headers: content-type\r\n");
}

bool contains(const Answers& answers, const std::string& text) {
  return answers.text.find(text) != answers.text.npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cors)

BOOST_AUTO_TEST_CASE(a_page_of_an_origin_allowed_may_read_every_answer) {
  const std::string create = post(user(), origin);
  for (const std::string& each :
       {create, post("{}", origin), post("{", origin), get("/users", origin),
        get("/users?limit=x", origin), get("/users", origin + "Accept: text/csv\r\n"),
        get("/users/7", origin), get("/nothing", origin), get("/livez", origin),
        request("DELETE /users", origin), request("BREW /users", origin),
        request("OPTIONS /users", origin), get("/users", origin + "Accept: application/jsonl\r\n"),
        get("/users", origin + "Expect: x\r\n")}) {
    const Answers answers = ask_at(site(), each);
    BOOST_TEST(answers.text.find(allowed) == answers.text.rfind(allowed), each);
    BOOST_TEST(contains(answers, allowed), each << answers.text);
    BOOST_TEST(contains(answers, vary), each);
    BOOST_TEST(contains(answers, "\r\nAccess-Control-Expose-Headers: "), each);
  }
}

BOOST_AUTO_TEST_CASE(a_page_may_read_every_field_that_only_some_answers_have) {
  const Answers answers = ask_at(site(), get("/livez", origin));
  const std::size_t begin = answers.text.find("\r\nAccess-Control-Expose-Headers: ") + 2;
  const std::string fields = answers.text.substr(begin, answers.text.find("\r\n", begin) - begin);
  for (const char* const each :
       {"Allow", "ETag", "Idempotency-Replayed", "Link", "Location", "Preference-Applied",
        "Retry-After", "X-Request-Id", "X-Total-Count"}) {
    BOOST_TEST(fields.find(each) != fields.npos, each);
  }
}

BOOST_AUTO_TEST_CASE(pipelined_answers_have_the_fields_of_their_own_requests) {
  const Answers answers = ask_at(site(), post(user()) + post(user(), origin) + get("/users/1") +
                                             get("/users/1", "Origin: http://localhost:5173\r\n"));
  const std::size_t second = answers.text.find("HTTP/1.1", 9);
  const std::size_t third = answers.text.find("HTTP/1.1", second + 9);
  const std::size_t fourth = answers.text.find("HTTP/1.1", third + 9);
  BOOST_TEST(answers.statuses.size() == 4U);
  BOOST_TEST(answers.text.find("Allow-Origin") > second);
  BOOST_TEST(answers.text.substr(second, third - second).find(allowed) != answers.text.npos);
  BOOST_TEST(answers.text.substr(third, fourth - third).find("Allow-Origin") == answers.text.npos);
  BOOST_TEST(answers.text.find("Allow-Origin: http://localhost:5173\r\n") > fourth);
}

BOOST_AUTO_TEST_CASE(a_page_of_another_origin_may_read_none_and_caches_are_told) {
  for (const std::string& fields :
       {std::string(), std::string("Origin: https://evil.example\r\n"),
        std::string("Origin: null\r\n"), "Origin: " + app + ".evil.example\r\n"}) {
    for (const std::string& each :
         {get("/users", fields), post("x", fields), preflight("/users", "POST", fields)}) {
      const Answers answers = ask_at(site(), each);
      BOOST_TEST(!contains(answers, "Access-Control-"), each);
      BOOST_TEST(contains(answers, vary), each);
    }
  }
  const Answers broken = ask_at(site(), "NONSENSE\r\n\r\n");
  BOOST_TEST(broken.statuses.front() == 400U);
  BOOST_TEST(contains(broken, vary));
}

BOOST_AUTO_TEST_CASE(a_preflight_is_204_whatever_it_asks_for) {
  for (const char* target : {"/users", "/users/5", "/nothing", "/"}) {
    for (const char* method : {"POST", "PUT", "BREW"}) {
      const Answers answers = ask_at(site(), preflight(target, method));
      BOOST_TEST(answers.statuses.front() == 204U);
      BOOST_TEST(contains(answers, allowed));
      BOOST_TEST(contains(answers, "\r\nAccess-Control-Allow-Methods: GET, HEAD, POST, PUT, "));
      BOOST_TEST(contains(answers, "\r\nAccess-Control-Allow-Headers: *, Authorization\r\n"));
      BOOST_TEST(contains(answers, "\r\nAccess-Control-Max-Age: 7200\r\n"));
    }
  }
  // Not by a browser, and so answered as ever.
  const Answers other = ask_at(site(), get("/users", "Access-Control-Request-Method: GET\r\n"));
  BOOST_TEST(other.statuses.front() == 200U);
}

BOOST_AUTO_TEST_CASE(without_the_option_no_answer_says_a_word_of_it) {
  for (const std::string& each :
       {post(user(), origin), get("/users", origin), preflight("/users", "POST")}) {
    const Answers answers = ask(each);
    BOOST_TEST(!contains(answers, "Access-Control-"), each);
    BOOST_TEST(!contains(answers, "Vary: Origin"), each);
  }
  BOOST_TEST(contains(ask(preflight("/users", "POST")), "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n"));
}

BOOST_AUTO_TEST_CASE(with_its_fields_a_header_has_4_kib_at_most) {
  for (const std::size_t octets : {10U, 1'100U, 1'400U, 1'600U, 1'750U}) {
    const std::string target = "/users?_page=2&_limit=1&q=" + std::string(octets, 'a') + "&q=e";
    const Answers answers = ask_at(site(), post(user()) + get(target, origin));
    const std::size_t begin = answers.text.rfind("HTTP/1.1 ");
    const std::size_t end = answers.text.find("\r\n\r\n", begin) + 4;
    BOOST_TEST(end - begin <= 4'096U);
    BOOST_TEST(contains(answers, allowed));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
