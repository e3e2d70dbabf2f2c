#include "storage/list.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::storage {
namespace {

const UserView meere{"Meere", "John", "johnm@gmail.com"};

}  // namespace

BOOST_AUTO_TEST_SUITE(list)

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
