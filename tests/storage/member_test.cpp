#include "storage/member.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "storage/user.hpp"

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(member)

BOOST_AUTO_TEST_CASE(the_members_are_those_of_the_api_in_its_order) {
  std::vector<std::string> names;
  for (const MemberRow& each : user_members) names.emplace_back(each.name);
  BOOST_TEST(names == (std::vector<std::string>{"last-name", "first-name", "email"}),
             boost::test_tools::per_element());
  const UserView user{"L", "F", "e"};
  BOOST_TEST(user[index_of(Member::last_name)] == "L");
  BOOST_TEST(user[index_of(Member::first_name)] == "F");
  BOOST_TEST(user[index_of(Member::email)] == "e");
}

BOOST_AUTO_TEST_CASE(a_packed_user_comes_back_at_every_limit_of_every_member) {
  const std::string text(max_user_octets, 'x');
  const auto check = [](const UserView& user) {
    std::vector<char> octets(PackedUser::octets(user));
    PackedUser::write(octets.data(), user);
    const UserView read = PackedUser::read(octets.data());
    BOOST_TEST((read == user));
    BOOST_TEST(read.adjacent());
  };
  for (std::size_t i = 0; i < member_count; ++i) {
    const std::size_t most = user_members[i].max_octets();
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, most - 1, most}) {
      UserView user{"a", "bc", "def"};
      user[i] = std::string_view(text).substr(0, size);
      check(user);
      // All others as long as they may be.
      for (std::size_t k = 0; k < member_count; ++k) {
        if (k != i) user[k] = std::string_view(text).substr(0, user_members[k].max_octets());
      }
      check(user);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_user_costs_in_memory_besides_its_text_is_four_octets) {
  BOOST_TEST(PackedUser::header_octets == 4U);
  BOOST_TEST(PackedUser::octets({"L", "F", "e"}) == 7U);
}

BOOST_AUTO_TEST_CASE(texts_are_adjacent_only_if_none_has_another_place) {
  const std::string text = "abcdef";
  const std::string_view all = text;
  BOOST_TEST((UserView{all.substr(0, 2), all.substr(2, 1), all.substr(3)}.adjacent()));
  BOOST_TEST((!UserView{all.substr(0, 2), all.substr(3, 1), all.substr(4)}.adjacent()));
  BOOST_TEST((!UserView{all.substr(0, 2), all.substr(2, 1), all.substr(4)}.adjacent()));
  char copied[6];
  UserView{all.substr(4, 2), all.substr(0, 3), all.substr(3, 1)}.copy_to(copied);
  BOOST_TEST(std::string(copied, 6) == "efabcd");
}

BOOST_AUTO_TEST_CASE(a_merge_takes_each_member_from_where_the_set_says) {
  const UserView first{"1", "2", "3"};
  const UserView second{"a", "b", "c"};
  for (MemberSet set = 0; set <= all_members; ++set) {
    const UserView merged = merge(set, first, second);
    for (std::size_t i = 0; i < member_count; ++i) {
      BOOST_TEST(merged[i] == ((set >> i & 1U) != 0 ? first[i] : second[i]));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
