#include "protocol/import/imported_user.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

const std::string rest = R"("last-name":"Meere","first-name":"John","email":"j@x.org")";

ElementReader reader_with(const std::vector<std::pair<std::string, std::string>>& names) {
  MemberNames all;
  for (const auto& [name, member] : names) BOOST_REQUIRE(all.add(name, member));
  return ElementReader(all);
}

/// The errors of a line, each as `pointer detail;`.
std::string errors_of(const std::string& line) {
  ElementReader reader{MemberNames()};
  BOOST_TEST(!reader.read_line(line));
  std::string text;
  for (const MemberError& each : reader.errors()) {
    text.append(each.pointer).append(" ").append(each.detail).append(";");
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(imported_user)

BOOST_AUTO_TEST_CASE(a_user_of_json_server_keeps_its_id_and_texts) {
  ElementReader reader{MemberNames()};
  // The same depth as in a file that is one JSON text.
  for (const std::size_t depth : {max_document_depth - 1, max_document_depth}) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    const bool fits = depth < max_document_depth;
    BOOST_TEST(reader.read_line(R"({"id":17,"more":)" + nested + "," + rest + "}") == fits);
  }
  BOOST_REQUIRE(reader.read_line(R"({"id":17,"more":[{}],)" + rest + "}"));
  BOOST_TEST(reader.id() == 17U);
  BOOST_TEST((reader.user() == storage::UserView{"Meere", "John", "j@x.org"}));
}

BOOST_AUTO_TEST_CASE(texts_that_need_escapes_come_through) {
  ElementReader reader{MemberNames()};
  BOOST_REQUIRE(reader.read_line(
      R"({"id":1,"last-name":"a\"\\b","first-name":"Zo\u00eb","email":"j@x.org"})"));
  BOOST_TEST((reader.user() == storage::UserView{"a\"\\b", "Zoë", "j@x.org"}));
}

BOOST_AUTO_TEST_CASE(an_id_is_kept_if_it_is_an_integer_in_range_or_its_canonical_digits) {
  ElementReader reader{MemberNames()};
  const auto id = [&](const std::string& text) {
    BOOST_TEST(reader.read_line(R"({"id":)" + text + "," + rest + "}"));
    BOOST_TEST(reader.has_id());
    return reader.id();
  };
  BOOST_TEST(id("1") == 1U);
  BOOST_TEST(id("\"17\"") == 17U);
  BOOST_TEST(id("9007199254740991") == storage::max_user_id);
  BOOST_TEST(id("\"9007199254740991\"") == storage::max_user_id);
  for (const char* bad : {"0",
                          "-1",
                          "1.5",
                          "17.0",
                          "9007199254740992",
                          "\"9007199254740992\"",
                          "18446744073709551616",
                          "\"18446744073709551616\"",
                          "\"a3f9\"",
                          "\"017\"",
                          "\"17 \"",
                          "\" 17\"",
                          "\"+17\"",
                          "\"\"",
                          "\"0\"",
                          "\"-1\"",
                          "null",
                          "true",
                          "[1]",
                          "{}"}) {
    BOOST_TEST(id(bad) == 0U, bad);
  }
}

BOOST_AUTO_TEST_CASE(a_missing_id_is_told_from_a_bad_one) {
  ElementReader reader{MemberNames()};
  BOOST_TEST(reader.read_line("{" + rest + "}"));
  BOOST_TEST(!reader.has_id());
  BOOST_TEST(reader.id() == 0U);
}

BOOST_AUTO_TEST_CASE(names_are_mapped_also_to_the_id) {
  ElementReader reader =
      reader_with({{"lastName", "last-name"}, {"given=name", "first-name"}, {"_id", "id"}});
  BOOST_REQUIRE(reader.read_line(R"({"_id":5,"lastName":"L","given=name":"F","email":"j@x.org"})"));
  BOOST_TEST(reader.id() == 5U);
  BOOST_TEST((reader.user() == storage::UserView{"L", "F", "j@x.org"}));
}

BOOST_AUTO_TEST_CASE(a_name_is_mapped_once_and_to_a_member_that_there_is) {
  MemberNames names;
  BOOST_TEST(names.add("a", "email"));
  BOOST_TEST(!names.add("a", "id"));
  BOOST_TEST(!names.add("", "id"));
  BOOST_TEST(!names.add("b", "lastName"));
}

BOOST_AUTO_TEST_CASE(two_members_for_one_are_refused) {
  ElementReader reader = reader_with({{"lastName", "last-name"}});
  BOOST_TEST(!reader.read_line(R"({"id":1,"lastName":"L",)" + rest + "}"));
  BOOST_REQUIRE(reader.errors().size() == 1U);
  BOOST_TEST(reader.errors()[0].pointer == "/last-name");
  BOOST_TEST(reader.errors()[0].detail == "comes from more than one member of the object");
}

BOOST_AUTO_TEST_CASE(what_post_refuses_is_refused_with_the_same_words) {
  BOOST_TEST(errors_of(R"({"id":1,"last-name":5,"email":"x"})") ==
             "/last-name must be a string;/first-name is required;"
             "/email must be an e-mail address, such as johnm@example.com;");
  BOOST_TEST(errors_of(R"({"last-name":null,"first-name":"","email":"a@b.c"})") ==
             "/last-name must be a string;/first-name must not be empty;");
}

BOOST_AUTO_TEST_CASE(what_is_no_object_or_no_json_is_refused) {
  BOOST_TEST(errors_of("[1]") == " must be a JSON object;");
  BOOST_TEST(errors_of("{\"id\":1") == " is not valid JSON in UTF-8;");
  BOOST_TEST(errors_of("{} {}") == " is not valid JSON in UTF-8;");
}

BOOST_AUTO_TEST_CASE(usual_names_that_are_not_mapped_give_hints_once) {
  ElementReader reader = reader_with({{"first_name", "first-name"}});
  for (int i = 0; i < 2; ++i) reader.read_line(R"({"id":1,"lastName":"L","first_name":"F"})");
  BOOST_TEST((reader.hints() == std::vector<std::string>{"lastName=last-name"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
