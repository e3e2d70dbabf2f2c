#include "protocol/text.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(code_points_are_taken_and_counted_whatever_their_size) {
  std::string_view text = "a\xc2\x80\xe0\xa0\x80\xf4\x8f\xbf\xbf";
  BOOST_TEST(count_code_points(text) == 4U);
  for (const char32_t expected : {0x61U, 0x80U, 0x800U, 0x10ffffU}) {
    BOOST_TEST((take_code_point(text) == expected));
  }
  BOOST_TEST(text.empty());
}

BOOST_AUTO_TEST_CASE(only_white_space_is_blank) {
  BOOST_TEST(is_blank(""));
  BOOST_TEST(is_blank(" \xc2\xa0\xe2\x80\x83\xe3\x80\x80"));
  BOOST_TEST(!is_blank(" x "));
  BOOST_TEST(!is_blank("\xe2\x80\x8b"));
}

BOOST_AUTO_TEST_CASE(control_characters_are_those_below_space_and_delete) {
  BOOST_TEST(has_control_character(std::string("a\0b", 3)));
  BOOST_TEST(has_control_character("\x1f"));
  BOOST_TEST(has_control_character("\x7f"));
  BOOST_TEST(!has_control_character(" ~\xc2\x80"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
