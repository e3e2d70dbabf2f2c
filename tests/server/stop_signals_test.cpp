#include "server/stop_signals.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>

namespace rollcall::server {
namespace {

using Meaning = StopSignals::Meaning;

constexpr Clock::time_point begun{std::chrono::hours(1)};

}  // namespace

BOOST_AUTO_TEST_SUITE(stop_signals)

BOOST_AUTO_TEST_CASE(the_first_begins_the_end_and_the_same_one_at_once_says_nothing_new) {
  for (const int more : {-1, 0, 1}) {
    StopSignals signals;
    BOOST_TEST((signals.arrived(SIGTERM, begun) == Meaning::begin_end));
    const auto now = begun + same_signal_time + std::chrono::milliseconds(more);
    BOOST_TEST(
        (signals.arrived(SIGTERM, now) == (more > 0 ? Meaning::end_now : Meaning::nothing_new)));
  }
}

BOOST_AUTO_TEST_CASE(another_one_ends_it_now) {
  StopSignals signals;
  BOOST_TEST((signals.arrived(SIGTERM, begun) == Meaning::begin_end));
  BOOST_TEST((signals.arrived(SIGINT, begun) == Meaning::end_now));
}

BOOST_AUTO_TEST_CASE(what_is_sent_again_and_again_ends_it_all_the_same) {
  StopSignals signals;
  BOOST_TEST((signals.arrived(SIGINT, begun) == Meaning::begin_end));
  BOOST_TEST((signals.arrived(SIGINT, begun + same_signal_time) == Meaning::nothing_new));
  BOOST_TEST((signals.arrived(SIGINT, begun + 2 * same_signal_time) == Meaning::end_now));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
