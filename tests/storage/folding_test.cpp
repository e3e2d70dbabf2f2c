#include "storage/folding.hpp"

#include <utf8proc.h>

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::storage {
namespace {

std::string encoded(char32_t code_point) {
  utf8proc_uint8_t octets[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), octets);
  return {reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(folding)

BOOST_AUTO_TEST_CASE(ascii_is_told_from_all_else_wherever_it_is) {
  for (std::size_t size = 0; size < 40; ++size) {
    BOOST_TEST(is_ascii(std::string(size, '\x7f')));
    for (std::size_t place = 0; place < size; ++place) {
      std::string text(size, 'a');
      text[place] = '\x80';
      BOOST_REQUIRE(!is_ascii(text));
    }
  }
}

BOOST_AUTO_TEST_CASE(case_and_composition_make_no_difference_in_any_script) {
  const char* const pairs[][2] = {
      {"\xc3\x84gypten", "\xc3\xa4gypten"},
      {"A\xcc\x88gypten", "\xc3\xa4gypten"},
      {"STRASSE",
       "stra\xc3\x9f"
       "e"},
      {"\xc5\x81ukasz", "\xc5\x82UKASZ"},
      {"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "\xd0\xb8\xd0\x92\xd0\x90\xd0\x9d"},
      {"\xce\xa3\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82",
       "\xcf\x83\xce\x8a\xce\xa3\xce\xa5\xce\xa6\xce\x9f\xce\xa3"},
      {"\xe1\xb8\xa9\xcc\xa7", "h\xcc\xa7\xcc\xa7"},
      {"MEERE", "meere"}};
  for (const auto& pair : pairs) BOOST_TEST(fold(pair[0]) == fold(pair[1]));
  BOOST_TEST(fold("\xc3\xa4") != fold("a"));
  BOOST_TEST(fold("\xff"
                  "A") ==
             "\xff"
             "a");
}

BOOST_AUTO_TEST_CASE(the_longest_name_fits_whatever_its_characters_become) {
  Folder folder;
  for (char32_t each = 0x80; each <= 0x10ffff; ++each) {
    if (each >= 0xd800 && each <= 0xdfff) continue;
    utf8proc_int32_t folded[2 * max_folded_code_points];
    int last = 0;
    const auto count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(each), folded, 2 * max_folded_code_points,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD),
        &last);
    BOOST_REQUIRE(count <= static_cast<utf8proc_ssize_t>(max_folded_code_points));
    if (count != 4) continue;
    std::string name;
    for (std::size_t i = 0; i < max_name_code_points; ++i) name += encoded(each);
    BOOST_REQUIRE(folder(name) == fold(name));
  }
  std::string name;
  for (std::size_t i = 0; i < max_name_code_points; ++i) name += "\xce\x90";
  BOOST_TEST(folder(name) == fold(name));
  BOOST_TEST(fold(name).size() <= max_folded_octets);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
