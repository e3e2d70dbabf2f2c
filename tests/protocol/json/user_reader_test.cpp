#include "protocol/json/user_reader.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/limits.hpp"
#include "tests/protocol/splits.hpp"
#include "tests/support/repeat.hpp"

namespace rollcall::protocol {
namespace {

using tests::repeat;

using Faults = std::array<Fault, member_count>;

struct Read {
  bool ok = false;
  Problem problem = Problem::invalid_user;
  Faults faults{};
  std::string last_name, first_name, email;

  bool operator==(const Read&) const = default;
};

/// `says_last`: the reader is told which piece is the last, as it is not of a chunked body.
Read read_pieces(UserReader& reader, const std::vector<std::string_view>& pieces,
                 bool says_last = false) {
  reader.reset();
  for (const std::string_view& piece : pieces) {
    reader.take(piece, says_last && &piece == &pieces.back());
  }
  const UserReader::Outcome outcome = reader.finish();
  Read read{outcome.ok, outcome.problem, reader.faults(), "", "", ""};
  if (outcome.ok) {
    read.last_name = reader.user().last_name;
    read.first_name = reader.user().first_name;
    read.email = reader.user().email;
  }
  return read;
}

/// The outcome of reading a body, checked to be the same however the body is cut, and whether or
/// not the end is known.
Read read(const std::string& body) {
  UserReader reader;
  const Read whole = read_pieces(reader, {body});
  BOOST_TEST((read_pieces(reader, {body}, true) == whole), body.substr(0, 80));
  for_each_split(body, [&](const auto& pieces) {
    for (const bool says_last : {false, true}) {
      if (read_pieces(reader, pieces, says_last) == whole) continue;
      BOOST_ERROR("cut at " << pieces.front().size() << (says_last ? ", last known: " : ": ")
                            << body.substr(0, 80));
    }
  });
  return whole;
}

void check_refused(const std::string& body, Problem problem) {
  BOOST_TEST_CONTEXT(body.substr(0, 80)) {
    const Read result = read(body);
    BOOST_TEST(!result.ok);
    BOOST_TEST((result.problem == problem));
  }
}

std::string user(const std::string& last, const std::string& first, const std::string& email,
                 const std::string& more = "") {
  return R"({"last-name":)" + last + R"(,"first-name":)" + first + R"(,"email":)" + email + more +
         "}";
}

Faults faults(const std::string& last, const std::string& first, const std::string& email) {
  const Read result = read(user(last, first, email));
  BOOST_TEST((result.ok || result.problem == Problem::invalid_user));
  return result.faults;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

constexpr const char* good = R"("a@b.c")";

}  // namespace

BOOST_AUTO_TEST_SUITE(user_reader)

BOOST_AUTO_TEST_CASE(the_contracts_body_is_a_user) {
  const Read result =
      read(R"({"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"})");
  BOOST_TEST(result.ok);
  BOOST_TEST(result.last_name == "Meere");
  BOOST_TEST(result.first_name == "John");
  BOOST_TEST(result.email == "johnm@gmail.com");
}

BOOST_AUTO_TEST_CASE(members_come_in_any_order_with_white_space_and_escapes) {
  const Read result = read(
      "\r\n\t {\"email\" :\"\\u0061@b.c\",\"first\\u002dname\":\"\\ud83d\\ude00\\\"\\\\\","
      "\"last-name\":\" \xc5\x81 \"} \n");
  BOOST_TEST(result.ok);
  BOOST_TEST(result.last_name == " \xc5\x81 ");
  BOOST_TEST(result.first_name == "\xf0\x9f\x98\x80\"\\");
  BOOST_TEST(result.email == "a@b.c");
}

BOOST_AUTO_TEST_CASE(what_is_not_one_json_text_in_utf_8_is_not_json) {
  for (const std::string body : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "{}}",
                                 "{} {}",
                                 "{}x",
                                 "{\"a\":1,}",
                                 "{'a':1}",
                                 "{a:1}",
                                 "[1,]",
                                 "nul",
                                 "\xef\xbb\xbf{}",
                                 "{\"a\":\"\xff\"}",
                                 "{\"a\":\"\xed\xa0\x80\"}",
                                 "{\"a\":\"\\ud800\"}",
                                 "{\"a\":\"\\udc00\"}",
                                 "{\"a\":\"\\ud800\\u0041\"}",
                                 "{\"a\":\"\n\"}",
                                 "{\"a\":\"\x01\"}",
                                 "{\"a\":01}",
                                 "{\"a\":+1}",
                                 "{\"a\":.5}",
                                 "{\"a\":1.}",
                                 "{\"a\":1e}",
                                 "{\"a\":NaN}",
                                 "{\"a\":Infinity}",
                                 "{/**/}",
                                 "{\"a\":\"\\x\"}",
                                 "{\"a\" 1}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\":1e99999999999.5}",
                                 "{\"a\":1e99999999999e5}",
                                 "{\"a\":1e99999999999x}",
                                 "1e99999999999x"}) {
    check_refused(body, Problem::not_json);
  }
  check_refused(std::string("{}\0", 3), Problem::not_json);
}

BOOST_AUTO_TEST_CASE(another_json_text_is_not_an_object) {
  for (const std::string body :
       {"null", "true", "5", "-1.5e3", "\"x\"", "[]", "[{}]", "1e99999999999"}) {
    check_refused(body, Problem::not_an_object);
  }
  // Boost.JSON finds these exponents out of range only with the digits before them, at the end.
  check_refused("1" + repeat("0", 40) + "e2147483647", Problem::not_an_object);
  check_refused("0." + repeat("0", 40) + "1e-2147483647", Problem::not_an_object);
  check_refused("[1" + repeat("0", 40) + "e2147483647", Problem::not_json);
}

BOOST_AUTO_TEST_CASE(a_member_name_that_stands_twice_is_refused_known_or_not) {
  check_refused(user("\"A\"", "\"B\"", good, R"(,"last-name":"C")"), Problem::duplicate_member);
  check_refused(user("\"A\"", "\"B\"", good, R"(,"l\u0061st-name":1)"), Problem::duplicate_member);
  check_refused(user("\"A\"", "\"B\"", good, R"(,"x":1,"y":2,"x":3)"), Problem::duplicate_member);
  check_refused(R"({"id":1,"id":2})", Problem::duplicate_member);
  BOOST_TEST(read(user("\"A\"", "\"B\"", good, R"(,"x":{"a":1,"a":2},"a":3)")).ok);
}

BOOST_AUTO_TEST_CASE(thirteen_thousand_unknown_members_are_read_and_ignored) {
  std::string more;
  for (int i = 0; i < 13'000; ++i) more += ",\"" + std::to_string(i) + "\":0";
  UserReader reader;
  BOOST_TEST(read_pieces(reader, {user("\"A\"", "\"B\"", good, more)}).ok);
  more += ",\"77\":0";
  BOOST_TEST((read_pieces(reader, {user("\"A\"", "\"B\"", good, more)}).problem ==
              Problem::duplicate_member));
}

BOOST_AUTO_TEST_CASE(an_id_of_any_value_is_ignored_and_members_of_members_are_not_the_users) {
  for (const std::string id :
       {"1", "\"x\"", "null", "{\"last-name\":\"X\"}", "[[\"email\"]]", "1e400", "1e99999999999",
        "-1E+99999999999", "1e-99999999999", "[1e99999999999,{\"a\":0.5e9999999999999}]"}) {
    BOOST_TEST_CONTEXT(id) {
      const Read result = read(R"({"id":)" + id + "," + user("\"A\"", "\"B\"", good).substr(1));
      BOOST_TEST(result.ok);
      BOOST_TEST(result.last_name == "A");
    }
  }
  const std::string digits(10'000, '7');
  BOOST_TEST(read(R"({"id":)" + digits + "." + digits + "e" + digits + "," +
                  user("\"A\"", "\"B\"", good).substr(1))
                 .ok);
}

BOOST_AUTO_TEST_CASE(every_bad_member_is_named_with_its_fault) {
  BOOST_TEST((read("{}").faults == Faults{Fault::missing, Fault::missing, Fault::missing}));
  BOOST_TEST((faults("1", "null", "[\"a@b.c\"]") ==
              Faults{Fault::not_a_string, Fault::not_a_string, Fault::not_a_string}));
  BOOST_TEST((faults("{\"a\":\"b\"}", "true", "1e99999999999") ==
              Faults{Fault::not_a_string, Fault::not_a_string, Fault::not_a_string}));
  BOOST_TEST(
      (faults("\"\"", "\" \\u3000\"", "\"\"") == Faults{Fault::empty, Fault::blank, Fault::empty}));
  BOOST_TEST(
      (faults("\"a\\u0000\"", "\"\\u001f\"", "\"\\u007f\"") ==
       Faults{Fault::control_character, Fault::control_character, Fault::control_character}));
  BOOST_TEST((faults("\"A\"", "\"B\"", "\"nobody\"") ==
              Faults{Fault::none, Fault::none, Fault::not_an_address}));
}

BOOST_AUTO_TEST_CASE(nothing_of_a_body_is_left_for_the_next_one) {
  UserReader reader;
  const std::string next = user("\"A\"", "\"B\"", good);
  for (const std::string before :
       {"", "{", "[[[", "{\"id\":1e9999999999", "{\"x\":1,\"x\":2}", "{\"last-na", "{}x", "\"\xc5",
        "{\"email\":\"x", "{\"a\":{\"b\":[1e9999999999"}) {
    reader.reset();
    reader.take(before, false);
    if (before.size() % 2 == 0) reader.finish();
    BOOST_TEST(read_pieces(reader, {next}).ok, before);
  }
}

BOOST_AUTO_TEST_CASE(a_name_may_have_256_code_points_of_any_size) {
  for (const std::string letter : {"a", "\xc5\x81", "\xe6\x9d\x8e", "\xf0\x9f\x98\x80"}) {
    for (const std::size_t size : {255U, 256U, 257U}) {
      const std::string name = quoted(repeat(letter, size));
      const Fault expected = size > 256 ? Fault::too_long : Fault::none;
      BOOST_TEST((faults(name, "\"B\"", good) == Faults{expected, Fault::none, Fault::none}));
      BOOST_TEST((faults("\"A\"", name, good) == Faults{Fault::none, expected, Fault::none}));
    }
  }
  const std::string huge = quoted(std::string(9'000, 'x'));
  BOOST_TEST(
      (faults(huge, huge, huge) == Faults{Fault::too_long, Fault::too_long, Fault::too_long}));
}

BOOST_AUTO_TEST_CASE(an_address_may_have_254_octets) {
  for (const std::size_t size : {253U, 254U, 255U}) {
    const std::string address = quoted(std::string(size - 4, 'x') + "@b.c");
    const Fault expected = size > 254 ? Fault::too_long : Fault::none;
    BOOST_TEST((faults("\"A\"", "\"B\"", address) == Faults{Fault::none, Fault::none, expected}));
  }
}

BOOST_AUTO_TEST_CASE(nesting_may_be_32_deep) {
  for (const std::size_t depth : {31U, 32U, 33U}) {
    const std::string nest = repeat("[", depth - 1) + repeat("]", depth - 1);
    const Read result = read(user("\"A\"", "\"B\"", good, ",\"x\":" + nest));
    BOOST_TEST(result.ok == (depth <= max_json_depth));
    if (!result.ok) BOOST_TEST((result.problem == Problem::not_json));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
