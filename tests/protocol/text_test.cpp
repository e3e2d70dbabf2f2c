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

BOOST_AUTO_TEST_CASE(a_text_without_a_visible_character_is_blank) {
  BOOST_TEST(is_blank(""));
  BOOST_TEST(is_blank(" \xc2\xa0\xe2\x80\x83\xe3\x80\x80"));
  BOOST_TEST(!is_blank(" x "));
  BOOST_TEST(is_blank("\xe2\x80\x8b \xef\xbb\xbf"));
  BOOST_TEST(!is_blank("\xe2\x80\x8bx"));
  // A family of three: emoji with joiners between.
  BOOST_TEST(!is_blank("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa7"));
}

BOOST_AUTO_TEST_CASE(ignorable_is_what_unicode_lists_and_no_more) {
  // DerivedCoreProperties.txt, Default_Ignorable_Code_Point, of Unicode 15.0.
  constexpr std::pair<char32_t, char32_t> ranges[] = {
      {0xad, 0xad},       {0x34f, 0x34f},   {0x61c, 0x61c},     {0x115f, 0x1160},
      {0x17b4, 0x17b5},   {0x180b, 0x180f}, {0x200b, 0x200f},   {0x202a, 0x202e},
      {0x2060, 0x206f},   {0x3164, 0x3164}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
      {0xffa0, 0xffa0},   {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
      {0xe0000, 0xe0fff},
  };
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    bool listed = false;
    for (const auto& [first, last] : ranges) listed = listed || (c >= first && c <= last);
    if (is_ignorable(c) != listed) BOOST_ERROR(static_cast<unsigned>(c));
  }
}

BOOST_AUTO_TEST_CASE(letters_digits_marks_and_symbols_are_visible) {
  for (const char32_t c : {U'a', U'~', U'\u00a1', U'\u0301', U'\u4e00', U'\u0e33', U'\u2801',
                           U'\ufffc', U'\U0001f600', U'\U00013440'}) {
    BOOST_TEST(!is_invisible(c), static_cast<unsigned>(c));
  }
  for (const char32_t c :
       {U'\u0007', U'\u0090', U'\u2800', U'\u3164', U'\u115f', U'\ufff9', U'\ufffe', U'\ufdd5',
        U'\U0001d159', U'\U00016fe4', U'\U000e0041', U'\U0010ffff'}) {
    BOOST_TEST(is_invisible(c), static_cast<unsigned>(c));
  }
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

BOOST_AUTO_TEST_CASE(line_breaks_beyond_ascii_are_found_at_every_place_and_nothing_near_them) {
  const std::set<char32_t> breaks{0x85, 0x2028, 0x2029};
  const auto utf8 = [](char32_t c) {
    std::string text;
    if (c < 0x800) {
      text += static_cast<char>(0xc0 | c >> 6);
    } else {
      text += static_cast<char>(0xe0 | c >> 12);
      text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    }
    return text += static_cast<char>(0x80 | (c & 0x3f));
  };
  for (char32_t c = 0x80; c <= 0x20ff; ++c) {
    for (const std::size_t before : {0U, 1U, 5U, 6U, 7U, 8U, 15U}) {
      const std::string text = std::string(before, 'x') + utf8(c) + (before % 2 == 0 ? "" : "yz");
      BOOST_REQUIRE(needs_no_escape(text) == !breaks.contains(c));
      BOOST_REQUIRE(find_line_break(text) == (breaks.contains(c) ? before : text.npos));
      BOOST_REQUIRE(!needs_no_escape(text + "\""));
      BOOST_REQUIRE(!needs_no_escape("\x1f" + text));
    }
  }
  BOOST_TEST(find_line_break("") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(control_characters_are_those_below_space_and_delete) {
  BOOST_TEST(has_control_character(std::string("a\0b", 3)));
  BOOST_TEST(has_control_character("\x1f"));
  BOOST_TEST(has_control_character("\x7f"));
  BOOST_TEST(!has_control_character(" ~\xc2\x80"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
