#include "storage/local/snapshot.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>
#include <string>

#include "storage/limits.hpp"

namespace rollcall::storage {
namespace {

struct Users {
  static constexpr UserId count = 20'000;
  Users() {
    for (UserId id = 1; id <= count; ++id) {
      const std::string name = "L" + std::to_string(id);
      BOOST_REQUIRE(table.insert(id, {name, "F", "a@b.c"}));
    }
  }

  /// Reads the rest of the snapshot; that each user is as it was at the beginning, and none
  /// missing.
  void check_rest(Snapshot& snapshot, UserId from) {
    UserList users;
    UserId expected = from;
    while (snapshot.next(users) == Snapshot::Next::users) {
      for (std::size_t i = 0; i < users.size(); ++i, ++expected) {
        BOOST_REQUIRE(users.id(i) == expected);
        BOOST_REQUIRE(users.user(i).last_name == "L" + std::to_string(expected));
      }
    }
    BOOST_TEST(expected == count + 1);
  }

  Table table;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(snapshot, Users)

BOOST_AUTO_TEST_CASE(what_changes_before_and_while_it_is_read_is_read_as_it_was) {
  Snapshot all(table);
  for (UserId id = 5'000; id <= count; id += 3) table.remove(id);
  for (UserId id = 5'001; id <= count; id += 3) {
    BOOST_REQUIRE(table.replace(id, {"New", "F", "a@b.c"}));
    BOOST_REQUIRE(table.replace(id, {"Newer", "F", "a@b.c"}));
  }
  BOOST_REQUIRE(table.insert(count + 1, {"Later", "F", "a@b.c"}));
  UserList users;
  BOOST_TEST((all.next(users) == Snapshot::Next::users));
  const UserId read = users.id(users.size() - 1);
  for (UserId id = 1; id < 4'000; ++id) table.remove(id);
  for (UserId id = count; id > read; --id) {
    UserRecord user;
    if (table.find(id, user)) table.remove(id);
  }
  check_rest(all, read + 1);
}

BOOST_AUTO_TEST_CASE(a_snapshot_of_users_that_are_all_removed_still_has_them) {
  Snapshot all(table);
  for (UserId id = 1; id <= count; ++id) table.remove(id);
  BOOST_TEST(table.size() == 0U);
  check_rest(all, 1);
}

BOOST_AUTO_TEST_CASE(two_snapshots_are_each_of_their_own_moment) {
  Snapshot first(table);
  BOOST_REQUIRE(table.replace(7, {"Second", "F", "a@b.c"}));
  Snapshot second(table);
  BOOST_REQUIRE(table.replace(7, {"Third", "F", "a@b.c"}));
  check_rest(first, 1);
  UserList users;
  BOOST_TEST((second.next(users) == Snapshot::Next::users));
  BOOST_TEST(users.user(6).last_name == "Second");
  BOOST_TEST(table.snapshots() == 2U);
}

BOOST_AUTO_TEST_CASE(more_changes_than_are_kept_lose_the_snapshot_and_nothing_else) {
  Table large;
  const UserId most = max_snapshot_octets / Snapshot::kept_octets({"L", "F", "e"});
  for (UserId id = 1; id <= most + 1; ++id) BOOST_REQUIRE(large.insert(id, {"L", "F", "e"}));
  for (const UserId changed : {most - 1, most, most + 1}) {
    Snapshot all(large);
    for (UserId id = 1; id <= changed; ++id) BOOST_REQUIRE(large.replace(id, {"L", "F", "x"}));
    UserList users;
    BOOST_TEST((all.next(users) == Snapshot::Next::lost) == (changed > most));
  }
  BOOST_TEST(large.snapshots() == 0U);
}

BOOST_AUTO_TEST_CASE(an_empty_table_has_an_empty_snapshot) {
  Table empty;
  Snapshot all(empty);
  BOOST_REQUIRE(empty.insert(1, {"L", "F", "e"}));
  UserList users;
  BOOST_TEST((all.next(users) == Snapshot::Next::end));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
