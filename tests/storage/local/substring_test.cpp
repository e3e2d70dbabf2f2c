#include "storage/local/substring.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

#include "storage/folding.hpp"

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(substring)

BOOST_AUTO_TEST_CASE(a_part_is_found_wherever_it_is_and_whatever_the_case_of_ascii_letters) {
  const Substring part("ab");
  for (const char* text : {"ab", "AB", "xAb", "aab", "abab", "Ł ab"}) BOOST_TEST(part.is_in(text));
  for (const char* text : {"", "a", "b", "a b", "ba", "axb"}) BOOST_TEST(!part.is_in(text));
  BOOST_TEST(Substring("Ł").is_in("ł"));
  BOOST_TEST(Substring("AB").is_in("ab"));
  BOOST_TEST(Substring("").is_in(""));
  BOOST_TEST(Substring("").is_in("x"));
  BOOST_TEST(Substring(std::string("a\0b", 3)).is_in(std::string_view("xA\0bx", 5)));
}

BOOST_AUTO_TEST_CASE(it_finds_what_a_plain_search_finds) {
  std::mt19937 random(1);
  const auto text_of = [&](std::size_t most) {
    std::string text(random() % (most + 1), ' ');
    std::generate(text.begin(), text.end(), [&] { return "ab"[random() % 2]; });
    return text;
  };
  int found = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string part = text_of(7);
    const std::string text = text_of(30);
    const bool there = text.find(part) != text.npos;
    BOOST_REQUIRE(Substring(part).is_in(text) == there);
    found += there ? 1 : 0;
  }
  BOOST_TEST(found > 1'000);
  BOOST_TEST(found < 19'000);
}

BOOST_AUTO_TEST_CASE(what_is_longer_than_any_member_is_in_none) {
  for (const std::size_t size : {max_folded_octets - 1, max_folded_octets, max_folded_octets + 1}) {
    const std::string text(size, 'a');
    BOOST_TEST(Substring(text).is_in(text) == (size <= max_folded_octets));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
