#include "server/accept_pace.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds most{100};
constexpr milliseconds full_lag = most / late_share;
constexpr milliseconds too_long = sudden_lateness * most;

/// A queue in the kernel, and looks at it.
struct Looking {
  explicit Looking(milliseconds most_wait = most) : pace(most_wait) {}

  /// One look, in which each connection has waited for `age`.
  void look(const AcceptPace::Load& load = {}, milliseconds age = milliseconds(0)) {
    taken = dropped = 0;
    pace.begin(load, now);
    asked = pace.asks_age();
    while (pace.takes_another()) {
      if (waiting == 0) {
        pace.emptied();
        break;
      }
      --waiting;
      ++(pace.took(age) ? taken : dropped);
    }
    pause = pace.end();
  }
  /// It has been behind for so long at the next look.
  void fall_behind(milliseconds time) {
    waiting = 1'000'000;
    for (milliseconds passed{0}; passed < time; passed += max_look_gap) {
      look();
      now += std::min(max_look_gap, time - passed);
    }
  }

  AcceptPace pace;
  Clock::time_point now{std::chrono::hours(1)};
  std::size_t waiting = 0;
  std::size_t taken = 0;
  std::size_t dropped = 0;
  milliseconds pause{-1};
  bool asked = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(accept_pace)

BOOST_AUTO_TEST_CASE(a_server_that_keeps_up_takes_all_and_waits_for_the_next) {
  Looking queue;
  for (int i = 0; i < 3; ++i) {
    queue.waiting = min_handed_over - 1;
    queue.look({full_lag, 0});
    BOOST_TEST(queue.taken == min_handed_over - 1);
    BOOST_TEST(queue.pause.count() == 0);
    BOOST_TEST(!queue.asked);
    queue.now += std::chrono::hours(1);
  }
}

BOOST_AUTO_TEST_CASE(a_thread_gets_no_more_than_it_takes_over) {
  Looking queue;
  for (const std::size_t handed_over : {std::size_t{0}, min_handed_over - 1}) {
    queue.waiting = 1'000'000;
    queue.look({milliseconds(0), handed_over});
    BOOST_TEST(queue.taken == min_handed_over - handed_over);
    BOOST_TEST((queue.pause == handed_over_pause));
  }
  for (const std::size_t handed_over : {min_handed_over, min_handed_over + 1}) {
    for (const milliseconds lag : {milliseconds(0), 2 * full_lag}) {
      queue.look({lag, handed_over});
      BOOST_TEST(queue.taken == 0U);
      BOOST_TEST(queue.pause.count() > 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_thread_gets_as_many_as_it_reads_and_answers_in_a_part_of_the_delay) {
  using std::chrono::nanoseconds;
  const auto given = [](nanoseconds each, nanoseconds commit) {
    Looking queue;
    queue.waiting = 1'000'000;
    std::size_t taken = 0;
    do {
      queue.look({milliseconds(0), taken, each, commit});
      taken += queue.taken;
    } while (queue.taken > 0);
    return taken;
  };
  constexpr nanoseconds part = most / handed_over_share;
  constexpr nanoseconds none{0};
  for (const std::size_t fit : {min_handed_over - 1, min_handed_over, min_handed_over + 1}) {
    BOOST_TEST(given(part / fit, none) == std::max(fit, min_handed_over));
  }
  for (const std::size_t fit : {max_handed_over - 1, max_handed_over, max_handed_over + 1}) {
    BOOST_TEST(given(part / fit, none) == std::min(fit, max_handed_over));
  }
  // The time of a commit, if that is more.
  constexpr nanoseconds each = part / 100;
  for (const nanoseconds more : {-each, none, each}) {
    BOOST_TEST(given(each, part + more) == (more == each ? 101U : 100U));
    const std::size_t most_of_all = static_cast<std::size_t>(full_lag / each);
    BOOST_TEST(given(each, full_lag + more) == most_of_all - (more == -each ? 1 : 0));
  }
}

BOOST_AUTO_TEST_CASE(a_thread_that_can_not_keep_up_gets_few_and_then_there_is_a_pause) {
  for (const milliseconds more : {milliseconds(-1), milliseconds(0), milliseconds(1)}) {
    Looking queue;
    queue.waiting = 20;
    queue.look({full_lag + more, 0});
    const bool late = more.count() > 0;
    BOOST_TEST(queue.taken == (late ? late_accepts : 20U));
    BOOST_TEST((queue.pause == (late ? late_accept_pause : milliseconds(0))));
    // Few come: each of them would otherwise be taken at once.
    queue.waiting = 1;
    queue.look({full_lag + more, 0});
    BOOST_TEST((queue.pause == (late ? late_accept_pause : milliseconds(0))));
  }
}

BOOST_AUTO_TEST_CASE(a_thread_that_is_twice_as_late_gets_fewer) {
  for (const milliseconds more : {milliseconds(-1), milliseconds(0), milliseconds(1)}) {
    Looking queue;
    queue.waiting = 20;
    queue.look({2 * full_lag + more, 0});
    BOOST_TEST(queue.taken == (more.count() > 0 ? very_late_accepts : late_accepts));
    BOOST_TEST((queue.pause == late_accept_pause));
  }
}

BOOST_AUTO_TEST_CASE(what_has_waited_for_longer_than_it_may_is_dropped) {
  for (const milliseconds more : {milliseconds(-1), milliseconds(0), milliseconds(1)}) {
    Looking queue;
    queue.fall_behind(too_long);
    queue.look({milliseconds(0), 0}, too_long + more);
    BOOST_TEST(queue.asked);
    const bool late = more.count() > 0;
    BOOST_TEST(queue.dropped == (late ? max_accepts_a_look : 0U));
    BOOST_TEST(queue.taken == (late ? 0U : min_handed_over));
    // Those behind them are looked at at once.
    BOOST_TEST((queue.pause == (late ? milliseconds(0) : handed_over_pause)));
  }
}

BOOST_AUTO_TEST_CASE(time_in_which_nobody_looked_is_not_time_that_it_was_behind) {
  Looking queue;
  queue.fall_behind(too_long - max_look_gap);
  queue.now += std::chrono::hours(1) - max_look_gap;
  queue.look({}, std::chrono::hours(1));
  BOOST_TEST(!queue.asked);
  BOOST_TEST(queue.dropped == 0U);
  queue.now += max_look_gap;
  queue.look({}, std::chrono::hours(1));
  BOOST_TEST(queue.asked);
}

BOOST_AUTO_TEST_CASE(to_drop_many_takes_nothing_from_those_that_are_young_enough) {
  for (const bool late : {false, true}) {
    Looking queue;
    queue.fall_behind(too_long);
    queue.pace.begin({late ? 2 * full_lag : full_lag, 0}, queue.now);
    const std::size_t given = late ? late_accepts : min_handed_over;
    const std::size_t all = late ? late_accepts_a_look : max_accepts_a_look;
    for (std::size_t i = 0; i < all - given; ++i) {
      BOOST_TEST(queue.pace.takes_another());
      BOOST_TEST(!queue.pace.took(too_long + milliseconds(1)));
    }
    for (std::size_t i = 0; i < given; ++i) {
      BOOST_TEST(queue.pace.takes_another());
      BOOST_TEST(queue.pace.took(too_long));
    }
    BOOST_TEST(!queue.pace.takes_another());
  }
}

BOOST_AUTO_TEST_CASE(a_thread_that_can_not_keep_up_is_not_kept_busy_with_dropping) {
  Looking queue;
  queue.fall_behind(too_long);
  queue.look({full_lag + milliseconds(1), 0}, too_long + milliseconds(1));
  BOOST_TEST(queue.dropped == late_accepts_a_look);
}

BOOST_AUTO_TEST_CASE(the_server_is_behind_since_the_first_look_that_left_some) {
  Looking queue;
  queue.fall_behind(too_long / 2);
  queue.look();
  BOOST_TEST(!queue.asked);
  queue.fall_behind(too_long / 2);
  queue.look();
  BOOST_TEST(queue.asked);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_how_long_it_waited_before_the_server_has_been_behind_so_long) {
  for (const milliseconds more : {milliseconds(-1), milliseconds(0), milliseconds(1)}) {
    Looking queue;
    queue.fall_behind(too_long + more);
    queue.look({milliseconds(0), 0}, std::chrono::hours(1));
    BOOST_TEST(queue.asked == (more.count() >= 0));
    BOOST_TEST((queue.dropped > 0) == (more.count() >= 0));
  }
}

BOOST_AUTO_TEST_CASE(a_pause_of_the_program_makes_nothing_too_old_that_it_can_take_at_once) {
  Looking queue;
  queue.waiting = 1;
  queue.look();
  queue.now += std::chrono::hours(1);
  queue.waiting = 2 * min_handed_over;
  queue.look({milliseconds(0), 0}, std::chrono::hours(1));
  queue.now += handed_over_pause;
  queue.look({milliseconds(0), 0}, std::chrono::hours(1));
  BOOST_TEST(queue.taken == min_handed_over);
  BOOST_TEST(!queue.asked);
}

BOOST_AUTO_TEST_CASE(once_the_queue_was_empty_the_server_is_not_behind_any_more) {
  Looking queue;
  queue.fall_behind(too_long);
  queue.waiting = 1;
  queue.look();
  BOOST_TEST(queue.asked);
  queue.fall_behind(too_long - milliseconds(1));
  queue.look({milliseconds(0), 0}, std::chrono::hours(1));
  BOOST_TEST(!queue.asked);
}

BOOST_AUTO_TEST_CASE(with_a_delay_of_0_all_are_taken_however_busy_the_thread_is) {
  Looking queue(milliseconds(0));
  for (int i = 0; i < 3; ++i) {
    queue.waiting = 100'000;
    queue.look({std::chrono::hours(1), min_handed_over}, std::chrono::hours(1));
    BOOST_TEST(queue.taken == 100'000U);
    BOOST_TEST(queue.pause.count() == 0);
    BOOST_TEST(!queue.asked);
  }
}

BOOST_AUTO_TEST_CASE(the_last_look_takes_all_but_what_is_too_old) {
  Looking queue;
  queue.fall_behind(too_long);
  queue.look({2 * full_lag, min_handed_over});
  queue.pace.begin_last();
  for (std::size_t i = 0; i < 2 * max_accepts_a_look; ++i) {
    BOOST_TEST(queue.pace.takes_another());
    BOOST_TEST(queue.pace.took(too_long));
  }
  BOOST_TEST(!queue.pace.took(too_long + milliseconds(1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
