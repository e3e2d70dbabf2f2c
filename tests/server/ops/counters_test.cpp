#include "server/ops/counters.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(counters)

BOOST_AUTO_TEST_CASE(a_value_on_a_bound_is_in_the_bucket_below_it) {
  using std::chrono::nanoseconds;
  for (std::size_t i = 0; i < duration_bounds.size(); ++i) {
    DurationHistogram histogram;
    histogram.add(duration_bounds[i] - nanoseconds(1), 1);
    histogram.add(duration_bounds[i], 2);
    histogram.add(duration_bounds[i] + nanoseconds(1), 4);
    DurationHistogram::Totals totals;
    histogram.add_to(totals);
    BOOST_TEST(totals.counts[i] == 3U);
    BOOST_TEST(totals.counts[i + 1] == 4U);
  }
}

BOOST_AUTO_TEST_CASE(bounds_rise) {
  BOOST_TEST(std::is_sorted(duration_bounds.begin(), duration_bounds.end()));
  BOOST_TEST(std::is_sorted(count_bounds.begin(), count_bounds.end()));
}

BOOST_AUTO_TEST_CASE(the_sum_counts_each_value_as_often_as_it_was) {
  CountHistogram histogram;
  histogram.add(7, 3);
  histogram.add(6'000, 1);
  CountHistogram::Totals totals;
  histogram.add_to(totals);
  histogram.add_to(totals);
  BOOST_TEST(totals.sum == 2 * (21U + 6'000));
  BOOST_TEST(totals.counts.back() == 2U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_takes_nothing_from_the_sum) {
  DurationHistogram histogram;
  histogram.add(std::chrono::nanoseconds(-5), 1);
  DurationHistogram::Totals totals;
  histogram.add_to(totals);
  BOOST_TEST(totals.sum == 0U);
  BOOST_TEST(totals.counts[0] == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
