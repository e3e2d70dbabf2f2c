#include "server/ops/agent_listener.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(agent_listener)

BOOST_AUTO_TEST_CASE(a_balancer_is_told_what_health_says) {
  using State = Health::State;
  BOOST_TEST(agent_line(State::ready, 16'384) == "up ready maxconn:16384\n");
  BOOST_TEST(agent_line(State::draining, 16'384) == "drain\n");
  BOOST_TEST(agent_line(State::store_hung, 1) == "down\n");
  BOOST_TEST(agent_line(State::store_refuses_writes, 1) == "down\n");
  BOOST_TEST(agent_line(State::starting, 1) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
