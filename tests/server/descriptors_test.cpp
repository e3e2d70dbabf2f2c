#include "server/descriptors.hpp"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>

#include "server/limits.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(descriptors)

BOOST_AUTO_TEST_CASE(as_many_connections_are_taken_as_descriptors_are_left_for_them) {
  constexpr std::size_t others = own_descriptors + 1 + 4 * thread_descriptors + max_turned_away;
  const auto connections = [](std::size_t descriptors) {
    return share_descriptors(4, 5'000, 1, descriptors).connections;
  };
  BOOST_TEST(connections(others + 4'999) == 4'999U);
  BOOST_TEST(connections(others + 5'000) == 5'000U);
  BOOST_TEST(connections(others + 5'001) == 5'000U);
  BOOST_TEST((share_descriptors(4, 100, 1, 0) == DescriptorShares{1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(sixty_four_descriptors_are_enough_for_one_thread_and_32_connections) {
  BOOST_TEST(share_descriptors(8, 100, 1, 64).threads == 1U);
  BOOST_TEST(share_descriptors(8, 100, 1, 64).connections == 32U);
  BOOST_TEST(share_descriptors(8, 100, 1, 64).turned_away == 4U);
  BOOST_TEST(share_descriptors(8, 100, 2, 64).connections == 31U);
}

BOOST_AUTO_TEST_CASE(there_are_fewer_threads_when_there_are_few_descriptors_for_each) {
  constexpr std::size_t enough = 8 * min_descriptors_a_thread;
  BOOST_TEST(share_descriptors(8, 100, 1, enough - 1).threads == 7U);
  BOOST_TEST(share_descriptors(8, 100, 1, enough).threads == 8U);
  BOOST_TEST(share_descriptors(8, 100, 1, enough + 1'000).threads == 8U);
}

BOOST_AUTO_TEST_CASE(the_limit_of_descriptors_is_raised_as_far_as_it_goes) {
  const std::size_t raised = raise_descriptor_limit();
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  BOOST_TEST(raised == limit.rlim_cur);
  BOOST_TEST(limit.rlim_cur == limit.rlim_max);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
