#include "storage/sqlite/backoff.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace rollcall::storage {
namespace {

/// Looks until another attempt may be made.
int wait(Backoff& backoff) {
  int looks = 0;
  for (; !backoff.may_try(); ++looks) backoff.look();
  return looks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backoff)

BOOST_AUTO_TEST_CASE(each_failure_in_a_row_waits_twice_as_long_up_to_the_limit) {
  Backoff backoff;
  BOOST_TEST(backoff.may_try());
  std::vector<int> waits;
  for (int i = 0; i < 6; ++i) {
    backoff.failed();
    waits.push_back(wait(backoff));
  }
  BOOST_TEST(waits == (std::vector<int>{1, 2, 4, 8, 8, 8}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_success_ends_it) {
  Backoff backoff;
  for (int i = 0; i < 3; ++i) backoff.failed();
  backoff.succeeded();
  BOOST_TEST(backoff.may_try());
  backoff.failed();
  BOOST_TEST(wait(backoff) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
