#include "storage/local/table_scan.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

namespace rollcall::storage {
namespace {

/// 30,000 ids with holes, small and large.
struct Listed {
  Listed() {
    std::mt19937 random(1);
    for (UserId id = 1; ids.size() < 30'000; ++id) {
      if (id == 9'000) id = 50'000;
      if (id == 70'000) id = 1'000'000'000'000;
      if (random() % 10 != 0) ids.push_back(id);
    }
    for (const UserId id : ids) {
      const std::string name = name_of(id);
      BOOST_REQUIRE(table.insert(id, {name, "First", "a@b.c"}));
    }
  }
  static std::string name_of(UserId id) { return "N" + std::to_string(id % 10); }

  /// What the request must give, by the plainest of ways.
  std::vector<UserId> expected(const ListRequest& request, std::uint64_t& total) const {
    std::vector<UserId> all;
    const Matcher matcher(request.filter);
    for (const UserId id : ids) {
      const std::string name = name_of(id);
      const auto& wanted = request.filter.ids;
      const bool by_id = wanted.empty() || std::count(wanted.begin(), wanted.end(), id) > 0;
      if (by_id && matcher.matches(id, {name, "First", "a@b.c"})) all.push_back(id);
    }
    total = all.size();
    if (request.descending) std::reverse(all.begin(), all.end());
    std::erase_if(all, [&](UserId id) {
      return request.after != 0 && (request.descending ? id >= request.after : id <= request.after);
    });
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(
                                             std::min<std::uint64_t>(request.skip, all.size())));
    return all;
  }

  void check(const ListRequest& request) {
    ListOperation operation;
    operation.request = request;
    TableScan scan(table, operation);
    while (!scan.slice()) {
    }
    std::uint64_t total = 0;
    const std::vector<UserId> all = expected(request, total);
    const std::size_t count = std::min(all.size(), request.limit);
    BOOST_REQUIRE(operation.users.size() == count);
    BOOST_TEST(operation.total == total);
    BOOST_TEST(operation.more == (all.size() > request.limit));
    for (std::size_t i = 0; i < count; ++i) {
      BOOST_REQUIRE(operation.users.id(i) == all[i]);
      BOOST_REQUIRE(operation.users.user(i).last_name == name_of(all[i]));
    }
  }

  Table table;
  std::vector<UserId> ids;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(table_scan, Listed)

BOOST_AUTO_TEST_CASE(every_way_of_asking_gives_what_a_look_at_each_user_gives) {
  const std::vector<UserId> places{0,      1,      4'095,       4'096,      8'999,
                                   30'000, 69'999, ids[20'000], ids.back(), max_user_id};
  for (const bool descending : {false, true}) {
    for (const UserId after : places) {
      for (const std::uint64_t skip : {0, 1, 5'000, 29'999, 30'000, 40'000}) {
        for (const bool filtered : {false, true}) {
          ListRequest request;
          request.descending = descending;
          request.after = after;
          request.skip = skip;
          request.limit = skip % 2 == 0 ? 100 : 1;
          if (filtered) request.filter[Member::last_name] = {"N3", "N7"};
          check(request);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(ids_asked_for_come_in_order_each_once) {
  ListRequest request;
  request.limit = 10;
  request.filter.ids = {ids[7], 9'500, ids[3], ids[7], ids.back(), max_user_id};
  check(request);
  request.descending = true;
  request.skip = 1;
  check(request);
  request.filter[Member::last_name] = {name_of(ids[3])};
  request.skip = 0;
  check(request);
}

BOOST_AUTO_TEST_CASE(a_page_as_large_as_all_has_nothing_behind_it) {
  for (const std::size_t limit : {ids.size() - 1, ids.size(), ids.size() + 1}) {
    ListRequest request;
    request.limit = limit;
    check(request);
  }
}

BOOST_AUTO_TEST_CASE(a_look_at_every_user_is_taken_in_slices_and_can_be_abandoned) {
  ListOperation operation;
  operation.request.limit = 10;
  operation.request.filter[Member::email] = {"nobody"};
  TableScan scan(table, operation);
  int slices = 1;
  while (!scan.slice()) ++slices;
  BOOST_TEST(slices > 5);
  TableScan again(table, operation);
  BOOST_TEST(!again.slice());
  operation.abandoned = true;
  BOOST_TEST(again.slice());
}

BOOST_AUTO_TEST_CASE(a_slice_costs_no_more_for_large_users_and_many_values) {
  Table large;
  const std::string name(max_name_octets, 'x');
  for (UserId id = 1; id < Table::block_ids; ++id) large.insert(id, {name, name, "a@b.c"});
  ListOperation operation;
  operation.request.limit = 10;
  operation.request.filter.substrings.assign(8, "y");
  operation.request.filter.substrings.emplace_back("a@b.c");
  TableScan scan(large, operation);
  std::size_t slices = 1;
  while (!scan.slice()) ++slices;
  // Of each shard's users, which are looked at under one lock.
  BOOST_TEST(slices == Table::shard_count);
  BOOST_TEST(operation.total == Table::block_ids - 1);
  BOOST_TEST(operation.users.size() == 10U);
  BOOST_TEST(operation.users.id(9) == 10U);
}

BOOST_AUTO_TEST_CASE(a_look_into_many_users_by_their_ids_is_taken_in_slices_too) {
  Table large;
  const std::string name(max_name_octets, 'x');
  ListOperation operation;
  operation.request.limit = 5;
  for (UserId id = 1; id <= 800; ++id) {
    large.insert(id, {name, name, "a@b.c"});
    operation.request.filter.ids.push_back(id);
  }
  operation.request.filter.substrings.assign(7, "y");
  operation.request.filter.substrings.emplace_back("a@b.c");
  for (const bool descending : {false, true}) {
    operation.request.descending = descending;
    TableScan scan(large, operation);
    int slices = 1;
    while (!scan.slice()) ++slices;
    BOOST_TEST(slices > 20);
    BOOST_TEST(operation.total == 800U);
    BOOST_TEST(operation.more);
    BOOST_REQUIRE(operation.users.size() == 5U);
    BOOST_TEST(operation.users.id(4) == (descending ? 796U : 5U));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_table_has_an_empty_listing) {
  const Table empty;
  for (const bool descending : {false, true}) {
    ListOperation operation;
    operation.request.limit = 10;
    operation.request.descending = descending;
    TableScan scan(empty, operation);
    BOOST_TEST(scan.slice());
    BOOST_TEST(operation.users.size() == 0U);
    BOOST_TEST(operation.total == 0U);
    BOOST_TEST(!operation.more);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
