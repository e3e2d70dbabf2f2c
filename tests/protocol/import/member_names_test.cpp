#include "protocol/import/member_names.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::protocol {
namespace {

constexpr std::size_t last_name = 0;
constexpr std::size_t first_name = 1;

}  // namespace

BOOST_AUTO_TEST_SUITE(member_names)

BOOST_AUTO_TEST_CASE(a_name_means_a_member_or_two) {
  MemberNames names;
  BOOST_TEST(!names.find("name").has_value());
  BOOST_TEST(names.add("name", "first-name+last-name"));
  BOOST_TEST(names.add("sort", "last-name+first-name"));
  BOOST_TEST(names.add("key", "id"));
  BOOST_TEST(names.find("name")->place == first_name);
  BOOST_TEST(names.find("name")->behind_space.value() == last_name);
  BOOST_TEST(names.find("sort")->place == last_name);
  BOOST_TEST(names.find("key")->place == id_member);
  BOOST_TEST(!names.find("key")->behind_space.has_value());
  BOOST_TEST(names.find("last-name")->place == last_name);
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  MemberNames names;
  for (const char* member : {"", "name", "+", "first-name+", "+last-name", "first-name+id",
                             "id+first-name", "email+email", "first-name+last-name+email"}) {
    BOOST_TEST(!names.add("x", member), member);
  }
  BOOST_TEST(!names.find("x").has_value());
  BOOST_TEST(names.add("x", "email"));
  BOOST_TEST(!names.add("x", "id"));
  BOOST_TEST(!names.add("", "id"));
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_at_its_last_space) {
  const auto parts = [](std::string_view text) {
    const SplitText split = split_at_last_space(text);
    return std::string(split.before) + "|" + std::string(split.behind);
  };
  BOOST_TEST(parts("Ervin Howell") == "Ervin|Howell");
  BOOST_TEST(parts("Mrs. Dennis  Schulist") == "Mrs. Dennis|Schulist");
  BOOST_TEST(parts("  Ervin   Howell ") == "Ervin|Howell");
  BOOST_TEST(parts("Plato") == "|Plato");
  BOOST_TEST(parts(" Plato ") == "|Plato");
  BOOST_TEST(parts("") == "|");
  BOOST_TEST(parts("  ") == "|");
}

BOOST_AUTO_TEST_CASE(unmapped_names_are_told_in_their_order_with_their_number) {
  UnmappedNames names;
  BOOST_TEST(names.text() == "");
  for (const char* each : {"b", "a", "b"}) names.add(each);
  BOOST_TEST(names.text() == "b (2 users), a (1 user)");
}

BOOST_AUTO_TEST_CASE(a_name_does_no_harm_to_a_terminal_and_is_short) {
  UnmappedNames names;
  names.add("\x1b[2J\xc3\xa9");
  names.add(std::string(UnmappedNames::max_name_octets + 1, 'x'));
  BOOST_TEST(names.text() ==
             "?[2J?? (1 user), " + std::string(UnmappedNames::max_name_octets, 'x') + " (1 user)");
}

BOOST_AUTO_TEST_CASE(of_more_names_than_twenty_it_is_only_said_that_there_are_some) {
  static_assert(UnmappedNames::max_names == 20);
  UnmappedNames names;
  for (int i = 0; i < 19; ++i) names.add("n" + std::to_string(i));
  BOOST_TEST(names.text().ends_with("n18 (1 user)"));
  names.add("n19");
  BOOST_TEST(names.text().ends_with("n19 (1 user)"));
  names.add("n20");
  names.add("n19");
  BOOST_TEST(names.text().ends_with("n19 (2 users) and others"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
