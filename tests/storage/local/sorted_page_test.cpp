#include "storage/local/sorted_page.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace rollcall::storage {
namespace {

struct Someone {
  UserId id;
  std::string last_name;
  std::string first_name;
  UserView view() const { return {last_name, first_name, "a@b.c"}; }
};

std::vector<UserId> page_of(const ListRequest& request, const std::vector<Someone>& users,
                            const Someone* after = nullptr, bool* more = nullptr) {
  SortedPage page(request);
  if (after != nullptr) page.begin_behind(after->id, after->view());
  for (const Someone& each : users) page.offer(each.id, each.view());
  while (page.order_one()) {
  }
  std::vector<UserId> ids;
  for (std::size_t i = 0; i < page.size(); ++i) ids.push_back(page.id(i));
  if (more != nullptr) *more = page.more();
  return ids;
}

ListRequest by(std::vector<SortKey> order, std::size_t limit, std::uint64_t skip = 0) {
  ListRequest request;
  request.order = std::move(order);
  request.limit = limit;
  request.skip = skip;
  return request;
}

constexpr std::size_t last = index_of(Member::last_name);
constexpr std::size_t first = index_of(Member::first_name);

}  // namespace

BOOST_AUTO_TEST_SUITE(sorted_page)

BOOST_AUTO_TEST_CASE(users_come_in_the_order_of_code_points_and_a_beginning_before_what_is_longer) {
  const std::vector<Someone> users{{1, "Zed", "x"},
                                   {2, "ab", "x"},
                                   {3, "a", "x"},
                                   {4, "\xc3\xa4", "x"},
                                   {5, "\xf0\x9f\x98\x80", "x"},
                                   {6, "Zed", "x"}};
  using Ids = std::vector<UserId>;
  BOOST_TEST(page_of(by({{last, false}}, 9), users) == (Ids{1, 6, 3, 2, 4, 5}),
             boost::test_tools::per_element());
  BOOST_TEST(page_of(by({{last, true}}, 9), users) == (Ids{5, 4, 2, 3, 1, 6}),
             boost::test_tools::per_element());
  ListRequest request = by({{last, false}}, 9);
  request.descending = true;
  BOOST_TEST(page_of(request, users) == (Ids{6, 1, 3, 2, 4, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(any_page_is_what_a_full_sort_gives) {
  std::mt19937 random(7);
  std::vector<Someone> users;
  for (UserId id = 1; id <= 500; ++id) {
    const auto text = [&] { return std::string(1 + random() % 3, "abc"[random() % 3]); };
    users.push_back({id * 977, text(), text()});
  }
  std::vector<Someone> sorted = users;
  std::sort(sorted.begin(), sorted.end(), [](const Someone& a, const Someone& b) {
    return std::tie(b.last_name, a.first_name, b.id) < std::tie(a.last_name, b.first_name, a.id);
  });
  for (const std::size_t skip : {0U, 1U, 99U, 400U, 499U, 500U, 501U}) {
    for (const std::size_t limit : {0U, 1U, 100U, 600U}) {
      ListRequest request = by({{last, true}, {first, false}}, limit, skip);
      request.descending = true;
      std::shuffle(users.begin(), users.end(), random);
      std::vector<UserId> expected;
      for (std::size_t i = skip; i < std::min(skip + limit, sorted.size()); ++i) {
        expected.push_back(sorted[i].id);
      }
      bool more = false;
      BOOST_TEST(page_of(request, users, nullptr, &more) == expected,
                 boost::test_tools::per_element());
      BOOST_TEST(more == (skip + limit < users.size()));
    }
  }
  ListRequest request = by({{last, true}, {first, false}}, 3);
  request.descending = true;
  const std::vector<UserId> expected{sorted[101].id, sorted[102].id, sorted[103].id};
  BOOST_TEST(page_of(request, users, &sorted[100]) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_keeps_no_more_keys_than_reach_to_the_page_s_end) {
  static_assert(SortedPage::max_octets < 28'000'000);
  const ListRequest request = by({{last, false}}, 2, 3);
  SortedPage page(request);
  const std::string name = "a";
  for (UserId id = 1'000; id > 0; --id) page.offer(id, {name, name, name});
  int ordered = 0;
  while (page.order_one()) ++ordered;
  BOOST_TEST(ordered == 2);
  BOOST_TEST(page.size() == 2U);
  BOOST_TEST(page.id(0) == 4U);
  BOOST_TEST(page.id(1) == 5U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
