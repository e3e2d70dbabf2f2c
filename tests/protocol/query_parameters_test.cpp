#include "protocol/query_parameters.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::protocol {

BOOST_AUTO_TEST_SUITE(query_parameters)

BOOST_AUTO_TEST_CASE(a_value_is_decoded_as_forms_encode_it) {
  BOOST_TEST(decode_parameter("a+b%2Bc%20d%c3%a4|=") == "a b+c d\xc3\xa4|=");
  BOOST_TEST(decode_parameter("").empty());
}

BOOST_AUTO_TEST_CASE(a_number_is_digits_within_its_bounds) {
  BOOST_TEST(to_integer("7", 7, 8).value() == 7U);
  BOOST_TEST(to_integer("8", 7, 8).value() == 8U);
  for (const char* text : {"6", "9", "", "7x", "+7", " 7", "99999999999999999999"}) {
    BOOST_TEST(!to_integer(text, 7, 8).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(what_was_sent_raw_is_percent_encoded_in_a_link) {
  BOOST_TEST(with_parameter("q=|[]^{}`\\\xc3\xa4%41+&x=?/:@!$'()*,;=", "after", 7) ==
             "q=%7C%5B%5D%5E%7B%7D%60%5C%C3%A4%41+&x=?/:@!$'()*,;=&after=7");
}

BOOST_AUTO_TEST_CASE(a_link_keeps_the_other_parameters_as_they_were_sent) {
  BOOST_TEST(with_parameter("", "after", 7) == "after=7");
  BOOST_TEST(with_parameter("limit=2&%61fter=3&email=a%40b", "after", 7) ==
             "limit=2&email=a%40b&after=7");
  BOOST_TEST(without_parameter("after=3&&q=x+y&after=4", "after") == "q=x+y");
  BOOST_TEST(without_parameter("after", "after").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
