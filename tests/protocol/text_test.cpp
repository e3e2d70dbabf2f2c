#include "protocol/text.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
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

BOOST_AUTO_TEST_CASE(white_space_is_what_unicode_lists_and_no_more) {
  // PropList.txt, White_Space, of Unicode 15.0.
  const std::set<char32_t> listed{0x09,   0x0a,   0x0b,   0x0c,   0x0d,   0x20,   0x85,
                                  0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                  0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028,
                                  0x2029, 0x202f, 0x205f, 0x3000};
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (is_white_space(c) != listed.contains(c)) BOOST_ERROR(static_cast<unsigned>(c));
  }
}

BOOST_AUTO_TEST_CASE(every_octet_at_every_place_is_printable_or_not_and_escaped_or_not) {
  for (std::size_t size = 1; size <= 17; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(octet);
        BOOST_REQUIRE(is_printable_ascii(text) == (octet >= 0x20 && octet <= 0x7e));
        BOOST_REQUIRE(needs_no_escape(text) == (octet >= 0x20 && octet != '"' && octet != '\\'));
      }
    }
  }
  BOOST_TEST(is_printable_ascii(""));
  BOOST_TEST(needs_no_escape(""));
}

BOOST_AUTO_TEST_CASE(control_characters_are_those_below_space_and_delete) {
  BOOST_TEST(has_control_character(std::string("a\0b", 3)));
  BOOST_TEST(has_control_character("\x1f"));
  BOOST_TEST(has_control_character("\x7f"));
  BOOST_TEST(!has_control_character(" ~\xc2\x80"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
