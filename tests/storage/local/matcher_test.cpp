#include "storage/local/matcher.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage {
namespace {

const UserView meere{"Meere", "John", "johnm@gmail.com"};

}  // namespace

BOOST_AUTO_TEST_SUITE(matcher)

BOOST_AUTO_TEST_CASE(an_empty_filter_means_every_user) {
  const UserFilter filter;
  BOOST_TEST(filter.all());
  BOOST_TEST(Matcher(filter).matches(1, meere));
}

BOOST_AUTO_TEST_CASE(one_of_each_list_must_be_equal_to_the_octet) {
  UserFilter filter;
  filter[Member::last_name] = {"Other", "Meere"};
  BOOST_TEST(!filter.all());
  BOOST_TEST(Matcher(filter).matches(1, meere));
  filter[Member::email] = {"JOHNM@gmail.com"};
  BOOST_TEST(!Matcher(filter).matches(1, meere));
  filter[Member::email].push_back("johnm@gmail.com");
  BOOST_TEST(Matcher(filter).matches(1, meere));
  filter[Member::first_name] = {"Joh"};
  BOOST_TEST(!Matcher(filter).matches(1, meere));
}

BOOST_AUTO_TEST_CASE(a_substring_is_looked_for_in_any_member_and_the_id_without_case) {
  for (const char* part : {"meere", "eer", "ohn", "@gmail.", "com", "4711", "71", ""}) {
    UserFilter filter;
    filter.substrings.emplace_back(part);
    BOOST_TEST(Matcher(filter).matches(4'711, meere), part);
  }
  for (const char* part : {"meerej", "comm", "12", "xyz"}) {
    UserFilter filter;
    filter.substrings.emplace_back(part);
    BOOST_TEST(!Matcher(filter).matches(4'711, meere), part);
    filter.substrings.emplace_back("john");
    BOOST_TEST(Matcher(filter).matches(4'711, meere), part);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
