#include <boost/test/unit_test.hpp>

#include "protocol/http/entity_tag.hpp"
#include "tests/http/asking.hpp"

/// docs/http.md, "Conditions".
namespace rollcall::tests {
namespace {

std::string tag() {
  std::string text(protocol::entity_tag_octets, ' ');
  const storage::UserView meere{"Meere", "John", "johnm@gmail.com"};
  protocol::write_entity_tag(text.data(), storage::version_of(1, meere));
  return text;
}

const std::string stale = "\"0123456789abcdef\"";

/// A conditional request for /users/1, after a create of that user.
void check(const std::string& method, const std::string& fields, unsigned status) {
  const bool body = method == "PUT" || method == "PATCH";
  const std::string text = body ? user() : "";
  const std::string request =
      method + " /users/1 HTTP/1.1\r\nHost: x\r\n" + fields +
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) +
      "\r\n\r\n" + text;
  BOOST_TEST_CONTEXT(request) {
    const Answers answers = ask(post(user()) + request);
    const std::vector<unsigned> expected{201, status};
    BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
  }
}

std::string match(const std::string& value) { return "If-Match: " + value + "\r\n"; }
std::string none_match(const std::string& value) { return "If-None-Match: " + value + "\r\n"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(condition)

BOOST_AUTO_TEST_CASE(if_match_lets_a_write_through_if_the_user_is_still_the_same) {
  for (const std::string& value :
       {tag(), std::string("*"), stale + ", " + tag(), tag() + ",\"x\""}) {
    check("PUT", match(value), 200);
    check("PATCH", match(value), 200);
    check("DELETE", match(value), 204);
    check("GET", match(value), 200);
  }
}

BOOST_AUTO_TEST_CASE(if_match_of_another_state_or_a_weak_tag_is_412) {
  for (const std::string& value : {stale, "W/" + tag(), std::string("\"x\", \"y\"")}) {
    for (const char* method : {"PUT", "PATCH", "DELETE", "GET"}) check(method, match(value), 412);
  }
}

BOOST_AUTO_TEST_CASE(if_none_match_of_this_state_is_304_for_a_read_and_412_for_a_write) {
  for (const std::string& value : {tag(), std::string("*"), "W/" + tag(), stale + "," + tag()}) {
    check("GET", none_match(value), 304);
    for (const char* method : {"PUT", "PATCH", "DELETE"}) check(method, none_match(value), 412);
  }
  check("GET", none_match(stale), 200);
  check("PUT", none_match(stale), 200);
  check("GET", match(stale) + none_match(tag()), 412);
}

BOOST_AUTO_TEST_CASE(a_malformed_condition_is_400_and_changes_nothing) {
  for (const std::string value : {"x", "\"x", "\"a\" \"b\"", "*, \"x\""}) {
    for (const char* method : {"PUT", "PATCH", "DELETE", "GET"}) {
      check(method, match(value), 400);
      check(method, none_match(value), 400);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_condition_on_the_collection_that_fails_is_412) {
  const auto answer = [](const std::string& request) {
    return ask(request + get("/users/1")).statuses;
  };
  using Statuses = std::vector<unsigned>;
  const std::string any = "If-Match: *\r\n";
  const std::string none = "If-None-Match: *\r\n";
  BOOST_TEST(answer(post(user(), any + none_match(stale))) == (Statuses{201, 200}));
  BOOST_TEST(answer(post(user(), none)) == (Statuses{412, 404}));
  BOOST_TEST(answer(post(user(), match(stale))) == (Statuses{412, 404}));
  BOOST_TEST(answer(post(user(), match("x"))) == (Statuses{400, 404}));
  BOOST_TEST(answer(get("/users", any)) == (Statuses{200, 404}));
  BOOST_TEST(answer(get("/users", match(stale))) == (Statuses{412, 404}));
}

BOOST_AUTO_TEST_CASE(if_none_match_any_is_304_for_a_read_of_the_collection) {
  const std::string any = none_match("*");
  for (const std::string& fields :
       {any, any + "If-Match: *\r\n", any + "Accept: application/x-ndjson\r\n"}) {
    const Answers answers = ask(get("/users?", fields) + get("/livez"));
    const std::vector<unsigned> expected{304, 200};
    BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
    BOOST_TEST(answers.text.starts_with("HTTP/1.1 304 Not Modified\r\nVary: Accept\r\nDate: "));
  }
  check_stays("HEAD /users HTTP/1.1\r\nHost: x\r\n" + any + "\r\n", 304);
  check_stays(get("/users", none_match(stale)), 200);
  check_stays(get("/users", any + match(stale)), 412);
  check_stays(get("/livez", any), 200);
}

BOOST_AUTO_TEST_CASE(a_condition_counts_only_if_the_answer_without_it_is_a_success) {
  for (const std::string& fields : {none_match("*"), match(stale)}) {
    check_stays(get("/users?limit=0", fields), 400);
    check_stays(get("/users?limit=1", fields + "Accept: application/x-ndjson\r\n"), 400);
  }
}

BOOST_AUTO_TEST_CASE(options_has_no_conditions) {
  check("OPTIONS", match("x"), 204);
  check("OPTIONS", match(stale) + "If-None-Match: *\r\n", 204);
}

BOOST_AUTO_TEST_CASE(a_condition_may_have_16_tags_in_one_line_or_several) {
  for (const int count : {15, 16, 17}) {
    std::string list = tag();
    std::string lines = match(tag());
    for (int i = 1; i < count; ++i) {
      list += "," + stale;
      lines += match(stale);
    }
    check("PUT", match(list), count <= 16 ? 200 : 400);
    check("PUT", lines, count <= 16 ? 200 : 400);
  }
}

BOOST_AUTO_TEST_CASE(the_412_of_a_tag_that_a_proxy_altered_says_so) {
  const std::string created = post(user());
  const Answers read = ask(created + get("/users/1"));
  const std::size_t at = read.text.rfind("ETag: \"") + 7;
  const std::string digits = read.text.substr(at, 16);
  const auto answer = [&](const std::string& method, const std::string& tag) {
    return ask(created + method + " /users/1 HTTP/1.1\r\nHost: x\r\nIf-Match: " + tag + "\r\n\r\n");
  };
  for (const char* method : {"GET", "DELETE"}) {
    for (const std::string& tag : {"W/\"" + digits + "\"", "\"" + digits + "-gzip\""}) {
      const Answers answers = answer(method, tag);
      BOOST_TEST(answers.statuses.back() == 412U);
      BOOST_TEST(answers.text.find("a proxy changed when it compressed") != answers.text.npos, tag);
    }
    const Answers other = answer(method, "\"0000000000000000\"");
    BOOST_TEST(other.statuses.back() == 412U);
    BOOST_TEST(other.text.find("proxy") == other.text.npos);
    BOOST_TEST(answer(method, "W/\"" + digits + "\", \"" + digits + "\"").statuses.back() < 300U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
