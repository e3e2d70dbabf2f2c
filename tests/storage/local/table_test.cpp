#include "storage/local/table.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/allocation_counter.hpp"

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

BOOST_AUTO_TEST_CASE(what_is_replaced_is_found_as_it_is_now_whatever_its_size) {
  Table table;
  for (UserId id = 1; id <= 1'000; ++id) BOOST_REQUIRE(insert(table, id));
  UserRecord user;
  for (const std::size_t size : {std::size_t{1}, std::size_t{5}, max_name_octets}) {
    const std::string name(size, 'r');
    for (UserId id = 2; id <= 1'000; id += 2) BOOST_REQUIRE(table.replace(id, {name, "F", "e"}));
    for (UserId id = 1; id <= 1'000; ++id) {
      BOOST_REQUIRE(table.find(id, user));
      BOOST_REQUIRE(user.view().last_name == (id % 2 == 0 ? name : last_name(id)));
    }
  }
  BOOST_TEST(table.size() == 1'000U);
}

BOOST_AUTO_TEST_CASE(what_is_removed_is_gone_and_its_neighbours_stay) {
  Table table;
  constexpr UserId users = 40'000;
  for (UserId id = 1; id <= users; ++id) BOOST_REQUIRE(insert(table, id));
  // Whole pages at the beginning, every other user behind.
  for (UserId id = 1; id <= users / 2; ++id) table.remove(id);
  for (UserId id = users / 2 + 1; id <= users; id += 2) table.remove(id);
  BOOST_TEST(table.size() == users / 4);
  const std::vector<UserId> left = listing(table);
  BOOST_TEST(left.size() == users / 4);
  BOOST_TEST(left.front() == users / 2 + 2);
  BOOST_TEST(table.previous_id(users) == users - 2);
  BOOST_TEST(table.previous_id(max_user_id + 1) == users);
  BOOST_TEST(table.previous_id(left.front()) == 0U);
  UserRecord user;
  BOOST_TEST(!table.find(users / 2, user));
  BOOST_REQUIRE(insert(table, 7));
  BOOST_TEST(table.find(7, user));
  BOOST_TEST(table.next_id(0) == 7U);
}

BOOST_AUTO_TEST_CASE(ids_listed_backwards_are_those_listed_forwards) {
  Table table;
  const std::vector<UserId> ids{1, 63, 64, 65, 16'383, 16'384, 16'385, 1'000'000'007, max_user_id};
  for (const UserId id : ids) BOOST_REQUIRE(insert(table, id));
  std::vector<UserId> backwards;
  for (UserId id = table.previous_id(max_user_id + 1); id != 0; id = table.previous_id(id)) {
    backwards.insert(backwards.begin(), id);
  }
  BOOST_TEST(backwards == ids, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(users_survive_the_emptying_of_chunks_and_its_memory_comes_back) {
  const std::int64_t before = tests::allocated_octets();
  Table table;
  constexpr UserId users = 5'000;
  const std::string name(700, 'n');
  for (UserId id = 1; id <= users; ++id) BOOST_REQUIRE(table.insert(id, {name, "F", "e"}));
  // In each of the 64 shards a chunk of what lives, one that is filled, and one that is half dead.
  constexpr std::int64_t enough = 64 * 3 * 256 * 1'024;
  // Each round makes a third of all dead: without emptying it would be four times as much.
  UserRecord user;
  for (std::size_t round = 1; round <= 200; ++round) {
    const std::string changed(700 - round, static_cast<char>('a' + round % 26));
    for (UserId id = round % 3 + 1; id <= users; id += 3) {
      BOOST_REQUIRE(table.replace(id, {changed, "G", "e"}));
    }
    for (UserId id = 1; id <= users; ++id) BOOST_REQUIRE(table.find(id, user));
    BOOST_REQUIRE(table.find(round % 3 + 1, user));
    BOOST_TEST(user.view().last_name == changed);
  }
  BOOST_TEST(tests::allocated_octets() - before < enough);
}

BOOST_AUTO_TEST_CASE(marks_and_visits_of_a_block_are_its_users_and_no_others) {
  Table table;
  const std::vector<UserId> ids{1, 64, 4'095, 4'096, 8'191, 8'192};
  for (const UserId id : ids) BOOST_REQUIRE(insert(table, id));
  struct Visitor final : UserVisitor {
    void visit(UserId id, const UserView& user) noexcept override {
      seen.insert(id);
      right = right && user.last_name == last_name(id);
    }
    std::set<UserId> seen;
    bool right = true;
  } visitor;
  table.visit(1, visitor);
  BOOST_TEST(visitor.right);
  BOOST_TEST((visitor.seen == std::set<UserId>{4'096, 8'191}));
  const Table::BlockMarks marks = table.mark(0);
  BOOST_TEST(marks[0] == 1U << 1);
  BOOST_TEST(marks[1] == 1U);
  BOOST_TEST(marks[63] == std::uint64_t{1} << 63);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
