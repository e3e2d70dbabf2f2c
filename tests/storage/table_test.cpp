#include "storage/table.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

namespace rollcall::storage {
namespace {

std::string last_name(UserId id) { return "L" + std::to_string(id); }

bool insert(Table& table, UserId id) {
  const std::string name = last_name(id);
  return table.insert(id, {name, "F", "a@b.c"});
}

std::vector<UserId> listing(const Table& table) {
  std::vector<UserId> ids;
  for (UserId id = table.next_id(0); id != 0; id = table.next_id(id)) ids.push_back(id);
  return ids;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(what_is_inserted_is_found_and_nothing_else) {
  Table table;
  for (UserId id = 1; id <= 50'000; ++id) BOOST_REQUIRE(insert(table, id));
  BOOST_TEST(table.size() == 50'000U);
  UserRecord user;
  for (UserId id = 1; id <= 50'000; ++id) {
    BOOST_REQUIRE(table.find(id, user));
    BOOST_REQUIRE(user.view().last_name == last_name(id));
    BOOST_REQUIRE(user.view().email == "a@b.c");
  }
  for (const UserId id : {UserId{0}, UserId{50'001}, max_user_id}) {
    BOOST_TEST(!table.find(id, user));
  }
}

BOOST_AUTO_TEST_CASE(ids_far_apart_and_in_any_order_are_listed_in_order) {
  Table table;
  const std::vector<UserId> ids{1, 63, 64, 65, 16'384, 16'385, 1'000'000'007, max_user_id};
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) BOOST_REQUIRE(insert(table, *id));
  BOOST_TEST(listing(table) == ids, boost::test_tools::per_element());
  BOOST_TEST(table.next_id(max_user_id) == 0U);
  UserRecord user;
  BOOST_TEST(!table.find(2, user));
  BOOST_TEST(!table.find(16'386, user));
}

BOOST_AUTO_TEST_CASE(texts_of_every_size_up_to_the_limits_come_back_whole) {
  Table table;
  const std::string name(max_name_octets, 'n');
  const std::string email(max_email_octets, 'e');
  UserRecord user;
  for (UserId id = 1; id <= 300; ++id) {
    const std::size_t cut = id % 3;
    const UserView whole{std::string_view(name).substr(cut), std::string_view(name).substr(2 * cut),
                         std::string_view(email).substr(cut)};
    BOOST_REQUIRE(table.insert(id, whole));
    BOOST_REQUIRE(table.find(id, user));
    BOOST_REQUIRE((user.view() == whole));
  }
}

BOOST_AUTO_TEST_CASE(threads_that_insert_and_find_at_once_do_not_disturb_one_another) {
  Table table;
  constexpr UserId each_inserts = 20'000;
  std::vector<std::thread> threads;
  for (UserId t = 0; t < 4; ++t) {
    threads.emplace_back([&table, t] {
      UserRecord user;
      for (UserId i = 0; i < each_inserts; ++i) {
        const UserId id = 1 + i * 4 + t;
        insert(table, id);
        const UserId other = 1 + (id * 7) % (each_inserts * 4);
        if (table.find(other, user) && user.view().last_name != last_name(other)) std::abort();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  BOOST_TEST(table.size() == each_inserts * 4);
  BOOST_TEST(listing(table).size() == each_inserts * 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
