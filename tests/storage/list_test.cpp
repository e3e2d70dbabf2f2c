#include "storage/list.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::storage {
namespace {

const UserView meere{"Meere", "John", "johnm@gmail.com"};

}  // namespace

BOOST_AUTO_TEST_SUITE(list)

BOOST_AUTO_TEST_CASE(an_empty_filter_means_every_user) {
  const UserFilter filter;
  BOOST_TEST(filter.all());
  BOOST_TEST(filter.matches(1, meere));
}

BOOST_AUTO_TEST_CASE(one_of_each_list_must_be_equal_to_the_octet) {
  UserFilter filter;
  filter.last_names = {"Other", "Meere"};
  BOOST_TEST(!filter.all());
  BOOST_TEST(filter.matches(1, meere));
  filter.emails = {"JOHNM@gmail.com"};
  BOOST_TEST(!filter.matches(1, meere));
  filter.emails.push_back("johnm@gmail.com");
  BOOST_TEST(filter.matches(1, meere));
  filter.first_names = {"Joh"};
  BOOST_TEST(!filter.matches(1, meere));
}

BOOST_AUTO_TEST_CASE(a_substring_is_looked_for_in_any_member_and_the_id_without_case) {
  for (const char* part : {"meere", "eer", "ohn", "@gmail.", "com", "4711", "71", ""}) {
    UserFilter filter;
    filter.substrings.emplace_back(part);
    BOOST_TEST(filter.matches(4'711, meere), part);
  }
  for (const char* part : {"meerej", "comm", "12", "xyz"}) {
    UserFilter filter;
    filter.substrings.emplace_back(part);
    BOOST_TEST(!filter.matches(4'711, meere), part);
    filter.substrings.emplace_back("john");
    BOOST_TEST(filter.matches(4'711, meere), part);
  }
}

BOOST_AUTO_TEST_CASE(users_of_a_list_come_back_whole) {
  UserList users;
  const std::string name(max_name_octets, 'n');
  const std::string email(max_email_octets, 'e');
  for (UserId id = 1; id <= 1'000; ++id) {
    users.append(id, id % 2 == 0 ? meere : UserView{name, name, email});
  }
  BOOST_REQUIRE(users.size() == 1'000U);
  BOOST_TEST((users.user(1) == meere));
  BOOST_TEST((users.user(998) == UserView{name, name, email}));
  BOOST_TEST(users.id(999) == 1'000U);
  BOOST_TEST(users.octets() == 500 * (meere.octets() + max_user_octets));
  users.clear();
  BOOST_TEST(users.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
