#include <boost/test/unit_test.hpp>

#include "protocol/limits.hpp"
#include "storage/limits.hpp"
#include "tests/http/asking.hpp"
#include "tests/support/repeat.hpp"

namespace rollcall::tests {
namespace {

/// Checks that the user is refused with the reason `what`.
void check_refused(const std::string& body, const std::string& what) {
  check_stays(post(body), 400);
  BOOST_TEST(ask(post(body)).text.find(what) != std::string::npos, body.substr(0, 200));
}

std::string names(const std::string& value) { return user_of(value, "\"B\"", "\"a@b.c\""); }
std::string address(const std::string& value) {
  return user_of("\"A\"", "\"B\"", "\"" + value + "\"");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(user_json)

BOOST_AUTO_TEST_CASE(a_user_is_created_and_answered_as_it_was_sent) {
  check_stays(post(" \t\r\n" + user() + " \n"), 201);
  const std::string odd =
      user_of("\"Ł\\u00f6we \\\"\\\\\\/\"", "\"李 \xf0\x9f\x98\x80\"", "\"ζ@例え.jp\"");
  BOOST_TEST(
      ask(post(odd)).text.ends_with("{\"last-name\":\"Łöwe \\\"\\\\/\",\"first-name\":"
                                    "\"李 \xf0\x9f\x98\x80\",\"email\":\"ζ@例え.jp\","
                                    "\"id\":1}"));
}

BOOST_AUTO_TEST_CASE(what_is_not_one_json_text_is_400) {
  for (const char* body : {"",
                           " ",
                           "{",
                           "}",
                           "{]",
                           "{} x",
                           "{}{}",
                           "{,}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "nul",
                           "{\"a\":01}",
                           "{\"a\":+1}",
                           "{\"a\":.5}",
                           "{\"a\":1.}",
                           "{\"a\":1e}",
                           "{\"a\":NaN}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\t\"}",
                           "{\"a\":1 /* x */}",
                           "\xef\xbb\xbf{}"}) {
    check_refused(body, "JSON");
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_utf_8_is_400) {
  for (const char* value :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\x80"}) {
    check_refused(names("\"" + std::string(value) + "\""), "UTF-8");
  }
}

BOOST_AUTO_TEST_CASE(a_lone_surrogate_is_400) {
  check_refused(names("\"\\ud800\""), "JSON");
  check_refused(names("\"\\udc00x\""), "JSON");
}

BOOST_AUTO_TEST_CASE(what_is_not_an_object_is_400) {
  for (const char* body : {"null", "true", "5", "-1.5e3", "\"x\"", "[]", "[{}]"}) {
    check_refused(body, "object");
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_stands_twice_is_400_however_it_is_written) {
  check_refused(user(",\"email\":\"a@b.c\""), "twice");
  check_refused(user(",\"\\u0065mail\":\"a@b.c\""), "twice");
  check_refused(user(",\"x\":1,\"x\":1"), "twice");
}

BOOST_AUTO_TEST_CASE(nesting_may_be_32_deep_and_more_is_400) {
  using protocol::max_json_depth;
  const auto nested = [](std::size_t depth) {
    return user(",\"x\":" + repeat("[", depth - 1) + repeat("]", depth - 1));
  };
  check_stays(post(nested(max_json_depth - 1)), 201);
  check_stays(post(nested(max_json_depth)), 201);
  check_refused(nested(max_json_depth + 1), "JSON");
}

BOOST_AUTO_TEST_CASE(a_number_may_have_any_length) {
  const std::string digits(2'000, '9');
  check_stays(post(user(",\"x\":-" + digits + "." + digits + "E+" + digits)), 201);
  check_stays(post(user(",\"x\":[1e999,1e-99999999999]")), 201);
}

BOOST_AUTO_TEST_CASE(an_id_and_unknown_members_are_ignored) {
  for (const char* more : {",\"id\":7", ",\"id\":\"x\"", ",\"id\":{\"email\":1}", ",\"x\":null",
                           ",\"Email\":5", ",\"last_name\":[]"}) {
    BOOST_TEST(ask(post(user(more)))
                   .text.ends_with("{\"last-name\":\"Meere\",\"first-name\":\"John\",\"email\":"
                                   "\"johnm@gmail.com\",\"id\":1}"));
  }
}

BOOST_AUTO_TEST_CASE(every_bad_member_is_named_at_once) {
  const std::string all = ask(post("{\"last-name\":5,\"email\":\"nobody\"}")).text;
  for (const char* pointer : {"/last-name", "/first-name", "/email"}) {
    BOOST_TEST(all.find("{\"pointer\":\"" + std::string(pointer) + "\"") != all.npos);
  }
}

BOOST_AUTO_TEST_CASE(a_member_that_is_missing_is_400) { check_refused("{}", "is required"); }

BOOST_AUTO_TEST_CASE(a_member_that_is_no_string_is_400) {
  for (const char* value : {"null", "5", "true", "[]", "{}"}) {
    check_refused(names(value), "must be a string");
  }
}

BOOST_AUTO_TEST_CASE(a_member_that_is_empty_or_blank_is_400) {
  check_refused(names("\"\""), "must not be empty");
  check_refused(names("\" \\u3000\""), "white space");
  for (const char* value : {"\\u2060", "\xe2\xa0\x80", "\\u115f \\u180e", "\xf3\xa0\x81\x81"}) {
    check_refused(names("\"" + std::string(value) + "\""), "invisible");
  }
}

BOOST_AUTO_TEST_CASE(a_member_with_a_control_character_is_400) {
  for (const char* value : {"\\u0000", "a\\n", "\\u001f", "\x7f"}) {
    check_refused(names("\"" + std::string(value) + "\""), "control characters");
  }
}

BOOST_AUTO_TEST_CASE(a_name_may_have_256_characters_and_more_is_400) {
  using storage::max_name_code_points;
  for (const char* letter : {"a", "Ł", "李", "\xf0\x9f\x98\x80"}) {
    check_stays(post(names("\"" + repeat(letter, max_name_code_points - 1) + "\"")), 201);
    check_stays(post(names("\"" + repeat(letter, max_name_code_points) + "\"")), 201);
    check_refused(names("\"" + repeat(letter, max_name_code_points + 1) + "\""), "at most 256");
  }
}

BOOST_AUTO_TEST_CASE(an_email_may_have_254_octets_and_more_is_400) {
  using storage::max_email_octets;
  const auto with = [](std::size_t size) {
    std::string domain;
    while (domain.size() + 64 < size - 2) domain += std::string(63, 'd') + ".";
    return "a@" + domain + std::string(size - 2 - domain.size(), 'd');
  };
  check_stays(post(address(with(max_email_octets - 1))), 201);
  check_stays(post(address(with(max_email_octets))), 201);
  check_refused(address(with(max_email_octets + 1)), "at most 254");
}

BOOST_AUTO_TEST_CASE(an_email_that_is_no_address_is_400) {
  for (const char* value : {"nobody", "@b.c", "a@", "a@b@c", "a b@c", "a@-b", "a@b-", "a@b..c",
                            "a@b.c ", "<a@b.c>", "a@[127.0.0.1]"}) {
    check_refused(address(value), "e-mail address");
  }
}

BOOST_AUTO_TEST_CASE(line_breaks_beyond_ascii_are_answered_as_escapes) {
  const std::string name = "A\xe2\x80\xa8\xc2\x85";
  const std::string written = R"("last-name":"A\u2028\u0085")";
  const std::string create = post(user_of("\"" + name + "\"", "\"N\\u2029\"", "\"n@b.c\""));
  for (const std::string& fields : {std::string(), std::string("Accept: application/jsonl\r\n")}) {
    const Answers answers = ask(create + get("/users", fields));
    BOOST_TEST(answers.text.find(written) != answers.text.rfind(written));
    BOOST_TEST(answers.text.find(R"("N\u2029")") != answers.text.npos);
    BOOST_TEST(answers.text.find(name) == answers.text.npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
