#include "server/ops/enumerator_names.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/problem.hpp"
#include "server/connection/close_reason.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(enumerator_names)

BOOST_AUTO_TEST_CASE(each_value_has_the_name_that_the_source_gives_it) {
  constexpr auto reasons = names_of<CloseReason, close_reason_count>();
  BOOST_TEST(std::string(reasons[0]) == "client");
  BOOST_TEST(std::string(reasons[static_cast<std::size_t>(CloseReason::crowded_out)]) ==
             "crowded_out");
  constexpr auto problems = names_of<protocol::Problem, protocol::problem_count>();
  BOOST_TEST(std::string(problems.front()) == "malformed_request");
  BOOST_TEST(std::string(problems.back()) == "too_many_connections");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
