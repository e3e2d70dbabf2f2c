#include "storage/postgres/ids.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage::postgres {

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(ids_are_given_once_and_never_beyond_the_largest_of_all) {
  Ids leased;
  leased.add(3, 4);
  for (UserId expected = 1; expected <= 3; ++expected) BOOST_TEST(leased.take() == expected);
  BOOST_TEST(leased.left() == 0U);
  leased.add(1'000, max_user_id + 3);
  UserId last = 0;
  while (leased.left() > 0) last = leased.take();
  BOOST_TEST(last == max_user_id);
  leased.add(1'000, max_user_id + 2'000);
  BOOST_TEST(leased.left() == 0U);
}

BOOST_AUTO_TEST_CASE(ids_that_are_dropped_are_not_given_but_stay_known) {
  Ids leased;
  leased.add(10, 11);
  leased.take();
  leased.drop();
  BOOST_TEST(leased.left() == 0U);
  BOOST_TEST(!leased.has_block());
  BOOST_TEST(leased.largest() == 10U);
  leased.add(10, 21);
  BOOST_TEST(leased.take() == 11U);
}

BOOST_AUTO_TEST_CASE(a_lease_grows_while_it_is_used_up_fast_and_shrinks_again) {
  Ids leased;
  Clock::time_point now = Clock::now();
  std::uint64_t last = leased.next_lease(0, now);
  BOOST_TEST(last == min_lease);
  for (int i = 0; i < 20; ++i) last = leased.next_lease(0, now += std::chrono::seconds(1));
  BOOST_TEST(last == max_lease);
  BOOST_TEST(leased.next_lease(max_lease + 1, now += std::chrono::seconds(10)) == max_lease + 1);
  for (int i = 0; i < 20; ++i) last = leased.next_lease(0, now += std::chrono::seconds(60));
  BOOST_TEST(last == min_lease);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
