#include "protocol/json/email.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {

BOOST_AUTO_TEST_SUITE(email)

BOOST_AUTO_TEST_CASE(addresses_of_the_html_standard_and_of_rfc_6531_are_accepted) {
  for (const std::string text :
       {"johnm@gmail.com", "a@b", "a.b.@c", ".a@b", "a..b@c", "!#$%&'*+/=?^_`{|}~-@x.y-z.1",
        "\xce\xb6@\xe4\xbe\x8b\xe3\x81\x88.jp", "\xd0\xb8@x.\xd1\x80\xd1\x84"}) {
    BOOST_TEST(is_email_address(text), text);
  }
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused) {
  for (const std::string text :
       {"", "@", "a", "a@", "@b", "a b@c", "a@b c", "a@b@c", "a@-b", "a@b-", "a@.b", "a@b.",
        "a@b..c", "a,b@c", "a@b_c", "\"a\"@b", "a(b)@c", "a@[1.2.3.4]", "a@b,c", "<a@b>",
        "a@\xc2\x80"
        "b",
        "a@b\xc2\xa0", "\xe2\x80\xae@b", "\xef\xbb\xbf@b", "\xee\x80\x80@b", "\xef\xbf\xbf@b",
        // U+00AD, U+3164, U+FE0F, U+2800
        "a\xc2\xad"
        "b@c",
        "\xe3\x85\xa4@b", "a\xef\xb8\x8f@b", "a@\xe2\xa0\x80"}) {
    BOOST_TEST(!is_email_address(text), text);
  }
}

BOOST_AUTO_TEST_CASE(a_label_may_have_63_code_points) {
  for (const std::size_t size : {62U, 63U, 64U}) {
    std::string wide;
    for (std::size_t i = 0; i < size; ++i) wide += "\xc5\x81";
    BOOST_TEST(is_email_address("a@" + std::string(size, 'x') + ".c") == (size <= 63));
    BOOST_TEST(is_email_address("a@" + wide + ".c") == (size <= 63));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
