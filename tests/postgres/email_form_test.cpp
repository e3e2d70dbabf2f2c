#include "storage/email_key.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(email_form)

/// The unique index compares lower(email) where there is no other form.
BOOST_AUTO_TEST_CASE(the_form_of_an_address_of_ascii_letters_is_its_lower_case) {
  std::mt19937 random(7);
  const std::string letters = "abcxyzABCXYZ0189.-+_'@";
  EmailKey key;
  for (int i = 0; i < 20'000; ++i) {
    std::string email;
    for (std::size_t size = 1 + random() % 20; size > 0; --size) {
      email += letters[random() % letters.size()];
    }
    email += random() % 2 != 0 ? "@Xn--Mnchen-3ya.DE" : "@B.c";
    std::string lower = email;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    BOOST_REQUIRE_EQUAL(key(email), lower);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
