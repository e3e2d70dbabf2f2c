#include "protocol/http/letters.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {
namespace {

/// With each octet of the name, in each of its 256 values, one at a time.
template <std::size_t Size>
void check(const char (&lower)[Size]) {
  const std::string name(lower);
  BOOST_TEST(equals(name, lower));
  BOOST_TEST(!equals(name + "x", lower));
  BOOST_TEST(!equals(name.substr(1), lower));
  for (std::size_t i = 0; i < name.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string text = name;
      text[i] = static_cast<char>(value);
      const bool upper = name[i] >= 'a' && name[i] <= 'z' && text[i] == name[i] - 'a' + 'A';
      BOOST_REQUIRE(equals(text, lower) == (upper || text[i] == name[i]));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(letters)

BOOST_AUTO_TEST_CASE(a_name_is_met_in_any_case_of_its_letters_and_by_nothing_else) {
  check("q=");
  check("abc");
  check("host");
  check("chunked");
  check("if-match");
  check("100-continue");
  check("content-length9");
  check("application/json");
  check("application/merge-patch+json");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
