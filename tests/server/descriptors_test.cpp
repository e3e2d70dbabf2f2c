#include "server/descriptors.hpp"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>

#include "server/limits.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(descriptors)

BOOST_AUTO_TEST_CASE(as_many_connections_are_taken_as_descriptors_are_left_for_them) {
  constexpr std::size_t others = reserved_descriptors + max_turned_away;
  BOOST_TEST(connection_cap(100, others + 99) == 99U);
  BOOST_TEST(connection_cap(100, others + 100) == 100U);
  BOOST_TEST(connection_cap(100, others + 101) == 100U);
  BOOST_TEST(connection_cap(100, others + 1) == 1U);
  BOOST_TEST(connection_cap(100, others) == 1U);
  BOOST_TEST(connection_cap(100, 0) == 1U);
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
