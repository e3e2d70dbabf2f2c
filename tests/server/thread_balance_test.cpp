#include "server/thread_balance.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace rollcall::server {
namespace {

struct Balance {
  ThreadBalance threads{1, 3};

  /// The threads that work after `looks` in which each of them uses `share`.
  unsigned after(unsigned looks, double share, std::optional<double> idle = 2) {
    for (unsigned i = 0; i < looks; ++i) {
      threads.look(std::vector<double>(threads.working(), share), idle);
    }
    return threads.working();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(thread_balance, Balance)

BOOST_AUTO_TEST_CASE(one_thread_works_until_it_is_full_and_never_more_than_the_most) {
  BOOST_TEST(threads.working() == 1U);
  BOOST_TEST(after(100, full_share) == 1U);
  BOOST_TEST(after(looks_to_grow - 1, 0.9) == 1U);
  BOOST_TEST(after(1, 0.9) == 2U);
  BOOST_TEST(after(looks_to_grow, 0.9) == 3U);
  BOOST_TEST(after(100, 1) == 3U);
}

BOOST_AUTO_TEST_CASE(another_one_needs_a_processor_that_nobody_uses) {
  BOOST_TEST(after(100, 1, least_idle_processors) == 1U);
  BOOST_TEST(after(100, 1, std::nullopt) == 1U);
  BOOST_TEST(after(looks_to_grow, 1, least_idle_processors + 0.1) == 2U);
}

BOOST_AUTO_TEST_CASE(a_moment_is_not_enough) {
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(after(looks_to_grow - 1, 1) == 1U);
    BOOST_TEST(after(1, 0.5) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(when_one_less_is_enough_for_a_while_one_less_works) {
  BOOST_REQUIRE(after(2 * looks_to_grow, 1) == 3U);
  // Three use 0.34 each, two would use 0.51.
  BOOST_TEST(after(100, 0.34) == 3U);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(after(looks_to_shrink - 1, 0.3) == 3U);
    BOOST_TEST(after(1, 0.34) == 3U);
  }
  BOOST_TEST(after(looks_to_shrink, 0.3) == 2U);
  BOOST_TEST(after(looks_to_shrink, 0.2) == 1U);
  BOOST_TEST(after(100, 0) == 1U);
}

BOOST_AUTO_TEST_CASE(never_fewer_than_the_least_work) {
  ThreadBalance two(2, 2);
  for (const double share : {0.0, 1.0}) {
    for (int i = 0; i < 100; ++i) two.look(std::vector<double>(two.working(), share), 2);
    BOOST_TEST(two.working() == 2U);
  }
}

BOOST_AUTO_TEST_CASE(a_difference_that_matters_is_halved) {
  BOOST_TEST(connections_to_move(0, 0) == 0U);
  BOOST_TEST(connections_to_move(8, 0) == 0U);
  BOOST_TEST(connections_to_move(9, 0) == 4U);
  BOOST_TEST(connections_to_move(64, 0) == 32U);
  BOOST_TEST(connections_to_move(64, 48) == 0U);
  BOOST_TEST(connections_to_move(64, 47) == 8U);
  BOOST_TEST(connections_to_move(5, 9) == 0U);
}

BOOST_AUTO_TEST_CASE(the_kernel_tells_how_many_processors_are_idle) {
  IdleProcessors idle;
  BOOST_TEST(!idle.since_last().has_value());
  std::optional<double> told;
  while (!told) told = idle.since_last();
  BOOST_TEST(*told >= 0);
  idle.forget();
  BOOST_TEST(!idle.since_last().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
