#include "storage/utf8.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(the_first_and_last_of_every_size_are_accepted_at_every_place) {
  for (const std::string text :
       {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    for (std::size_t before = 0; before < 20; ++before) {
      BOOST_TEST(rollcall::storage::is_utf8(std::string(before, 'a') + text + "bc"));
    }
  }
}

BOOST_AUTO_TEST_CASE(overlong_forms_surrogates_and_broken_sequences_are_refused) {
  for (const std::string text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf",
                                 "\xed\xa0\x80", "\xed\xbf\xbf", "\xe1\x80", "\xf0\x8f\xbf\xbf",
                                 "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2 "}) {
    for (std::size_t before = 0; before < 20; ++before) {
      BOOST_TEST(!rollcall::storage::is_utf8(std::string(before, 'a') + text));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
