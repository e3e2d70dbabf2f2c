#include "storage/email_key.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::storage {
namespace {

std::string key(std::string_view email) {
  EmailKey to_key;
  return std::string(to_key(email));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(email_key)

BOOST_AUTO_TEST_CASE(of_ascii_letters_only_the_case_does_not_count) {
  BOOST_TEST(key("John.M+x@GMail.Com") == "john.m+x@gmail.com");
  BOOST_TEST(key("a@xn--BCHER-KVA.example") == "a@xn--bcher-kva.example");
  BOOST_TEST(key("") == "");
}

BOOST_AUTO_TEST_CASE(a_domain_of_other_letters_is_the_same_as_its_a_labels) {
  BOOST_TEST(key("a@b\u00fccher.example") == "a@xn--bcher-kva.example");
  BOOST_TEST(key("A@B\u00dcCHER.Example") == "a@xn--bcher-kva.example");
  // With a combining diaeresis, and with an ideographic full stop.
  BOOST_TEST(key("a@bu\u0308cher.example") == "a@xn--bcher-kva.example");
  BOOST_TEST(key("a@b\u00fccher\u3002example") == "a@xn--bcher-kva.example");
  BOOST_TEST(key("a@stra\u00dfe.de") != key("a@strasse.de"));
  BOOST_TEST(key("a@\u4f8b\u3048.jp") == key("a@xn--r8jz45g.jp"));
}

BOOST_AUTO_TEST_CASE(equivalent_local_parts_are_one) {
  BOOST_TEST(key("andre\u0301@x.org") == key("andr\u00e9@x.org"));
  BOOST_TEST(key("\u212bke@x.org") == key("\u00c5ke@x.org"));
  // Only of ASCII letters the case does not count.
  BOOST_TEST(key("ANDR\u00e9@X.org") == key("andr\u00e9@x.org"));
  BOOST_TEST(key("\u00c9@x.org") != key("\u00e9@x.org"));
  // Compatible is not equivalent.
  BOOST_TEST(key("\uff41@x.org") != key("a@x.org"));
}

BOOST_AUTO_TEST_CASE(a_domain_that_is_none_is_compared_by_its_letters) {
  // Longer than a label may be as an A-label.
  std::string small, large;
  for (int i = 0; i < 63; ++i) {
    small += "\u0142";
    large += "\u0141";
  }
  BOOST_TEST(key("a@" + small) == key("a@" + large));
  BOOST_TEST(key("a@" + small) != key("a@" + small + "x"));
}

BOOST_AUTO_TEST_CASE(the_longest_address_has_a_form) {
  std::string email = "\u00e9@";
  while (email.size() + 4 <= max_email_octets) email += "\u0142.";
  BOOST_TEST(!key(email).empty());
  BOOST_TEST(key(std::string(max_email_octets, 'X')) == std::string(max_email_octets, 'x'));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
