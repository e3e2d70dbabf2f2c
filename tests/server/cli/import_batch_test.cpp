#include "server/cli/import_batch.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <vector>

namespace rollcall::server {
namespace {

using storage::Status;
using storage::UserId;
using storage::UserList;

/// A store that has addresses, and refuses a batch as a whole.
struct Addresses {
  Status create(const UserList& users) {
    ++calls;
    if (calls == fails_at) return Status::io_error;
    std::set<std::string> all = taken;
    for (std::size_t i = 0; i < users.size(); ++i) {
      if (!all.emplace(users.user(i).email).second) return Status::email_taken;
    }
    taken = all;
    for (std::size_t i = 0; i < users.size(); ++i) ids.push_back(users.id(i));
    return Status::ok;
  }
  Status import(ImportBatch& batch) {
    return batch.create([this](const UserList& users) { return create(users); },
                        [this](std::uint64_t place, UserId id) {
                          refused.push_back({place, id});
                        },
                        created);
  }

  std::set<std::string> taken;
  std::vector<UserId> ids;
  std::vector<std::pair<std::uint64_t, UserId>> refused;
  std::uint64_t created = 0;
  int calls = 0;
  int fails_at = 0;
};

/// Users 1 to `count`, from the lines 101 on.
ImportBatch users(UserId count) {
  ImportBatch batch;
  for (UserId id = 1; id <= count; ++id) {
    batch.add(id, {"L", "F", std::to_string(id) + "@b.c"}, 100 + id);
  }
  return batch;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(import_batch)

BOOST_AUTO_TEST_CASE(users_whose_addresses_are_free_are_created_at_once) {
  Addresses store;
  ImportBatch batch = users(1'000);
  BOOST_TEST(batch.contains(1'000));
  BOOST_TEST((store.import(batch) == Status::ok));
  BOOST_TEST(store.created == 1'000U);
  BOOST_TEST(store.calls == 1);
  BOOST_TEST(batch.size() == 0U);
  BOOST_TEST(!batch.contains(1'000));
}

BOOST_AUTO_TEST_CASE(only_those_whose_address_is_taken_are_refused_and_each_place_is_named) {
  for (const UserId count : {1U, 2U, 3U, 7U, 1'000U}) {
    for (const UserId taken : {UserId{1}, (count + 1) / 2, count}) {
      Addresses store;
      store.taken = {std::to_string(taken) + "@b.c"};
      ImportBatch batch = users(count);
      BOOST_TEST((store.import(batch) == Status::ok));
      BOOST_TEST(store.created == count - 1);
      BOOST_TEST(store.ids.size() == count - 1);
      BOOST_REQUIRE(store.refused.size() == 1U);
      BOOST_TEST(store.refused[0].first == 100 + taken);
      BOOST_TEST(store.refused[0].second == taken);
      BOOST_TEST(store.calls <= 21);
    }
  }
}

BOOST_AUTO_TEST_CASE(of_two_with_the_same_address_the_first_is_created) {
  Addresses store;
  ImportBatch batch = users(4);
  batch.add(5, {"L", "F", "2@b.c"}, 105);
  BOOST_TEST((store.import(batch) == Status::ok));
  BOOST_TEST(store.created == 4U);
  BOOST_REQUIRE(store.refused.size() == 1U);
  BOOST_TEST(store.refused[0].first == 105U);
}

BOOST_AUTO_TEST_CASE(another_failure_ends_it_and_what_was_created_is_counted) {
  Addresses store;
  store.taken = {"4@b.c"};
  store.fails_at = 3;
  ImportBatch batch = users(4);
  BOOST_TEST((store.import(batch) == Status::io_error));
  BOOST_TEST(store.created == 2U);
  BOOST_TEST(store.refused.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
