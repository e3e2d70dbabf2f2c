#include "server/pool.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace rollcall::server {
namespace {

Pool<int> filled(std::size_t count) {
  Pool<int> pool;
  for (std::size_t i = 0; i < count; ++i) pool.give_back(std::make_unique<int>());
  return pool;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool)

BOOST_AUTO_TEST_CASE(what_was_given_back_last_is_lent_first) {
  Pool<int> pool;
  pool.give_back(std::make_unique<int>(1));
  pool.give_back(std::make_unique<int>(2));
  BOOST_TEST(*pool.take() == 2);
  BOOST_TEST(*pool.take() == 1);
  BOOST_TEST(pool.size() == 0U);
}

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_is_kept) {
  for (const std::size_t count : {max_pooled - 1, max_pooled, max_pooled + 1}) {
    BOOST_TEST(filled(count).size() == std::min(count, max_pooled));
  }
}

BOOST_AUTO_TEST_CASE(a_peak_is_given_back_within_some_ticks_and_a_few_stay) {
  Pool<int> pool = filled(max_pooled);
  int ticks = 0;
  while (pool.size() > 2 * min_pooled) {
    pool.shrink();
    ++ticks;
  }
  // Four ticks a second.
  BOOST_TEST(ticks < 4 * 10);
  for (int i = 0; i < 100; ++i) pool.shrink();
  BOOST_TEST(pool.size() == min_pooled);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
