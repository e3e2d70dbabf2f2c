#include "storage/local/digest_set.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/allocation_counter.hpp"

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(digest_set)

BOOST_AUTO_TEST_CASE(a_digest_is_in_it_once_from_its_insertion_to_its_erasure) {
  const TextDigester digester;
  const auto set = std::make_unique<DigestSet>();
  const auto nth = [&](int i) { return digester(std::to_string(i)); };
  for (int i = 0; i < 20'000; ++i) BOOST_TEST(set->insert(nth(i)));
  for (int i = 0; i < 20'000; ++i) BOOST_TEST(!set->insert(nth(i)));
  for (int i = 0; i < 20'000; i += 2) set->erase(nth(i));
  for (int i = 0; i < 20'000; ++i) BOOST_TEST(set->insert(nth(i)) == (i % 2 == 0));
}

BOOST_AUTO_TEST_CASE(digests_at_the_ends_of_their_range_have_a_place) {
  const auto set = std::make_unique<DigestSet>();
  const std::uint64_t most = ~std::uint64_t{0};
  for (const std::uint64_t high : {std::uint64_t{0}, std::uint64_t{1}, most - 1, most}) {
    BOOST_TEST(set->insert({7, high}));
    BOOST_TEST(!set->insert({7, high}));
  }
}

BOOST_AUTO_TEST_CASE(no_insertion_makes_more_than_a_small_part_of_it_move) {
  const TextDigester digester;
  const auto set = std::make_unique<DigestSet>();
  const std::int64_t empty = tests::allocated_octets();
  constexpr int digests = 1'000'000;
  constexpr int window = digests / 2 / 64;
  std::int64_t largest = 0;
  std::vector<int> growths(digests / window + 1);
  for (int i = 0; i < digests; ++i) {
    const auto digest = digester(std::to_string(i));
    const std::int64_t before = tests::allocated_octets();
    set->insert(digest);
    const std::int64_t grown = tests::allocated_octets() - before;
    // One that is small is not worth a thought.
    if (i < digests / 2 || grown <= 0) continue;
    largest = std::max(largest, grown);
    ++growths[static_cast<std::size_t>(i / window)];
  }
  const std::int64_t all = tests::allocated_octets() - empty;
  BOOST_TEST(largest <= all / 300);
  // While it doubled, about every table grew once, and never many at a time.
  const int sum = std::accumulate(growths.begin(), growths.end(), 0);
  BOOST_TEST(sum > static_cast<int>(DigestSet::table_count) * 8 / 10);
  BOOST_TEST(*std::max_element(growths.begin(), growths.end()) < 5 * sum / 64);
}

BOOST_AUTO_TEST_CASE(room_that_was_reserved_need_not_be_made) {
  const TextDigester digester;
  const auto set = std::make_unique<DigestSet>();
  set->reserve(100'000);
  const std::int64_t before = tests::allocated_octets();
  for (int i = 0; i < 90'000; ++i) set->insert(digester(std::to_string(i)));
  BOOST_TEST(tests::allocated_octets() - before < before / 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
