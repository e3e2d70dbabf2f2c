#include "server/turn_lag.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t crowd = min_crowd + 1;

/// The turns of a thread, whose clock is set.
struct Turning {
  class SetClock final : public Clock {
   public:
    time_point now() const noexcept override {
      ++reads;
      return time;
    }
    std::time_t date() const noexcept override { return 0; }

    time_point time{std::chrono::hours(1)};
    mutable int reads = 0;
  };

  void pass(int time) { clock.time += milliseconds(time); }
  void begin(std::size_t connections) { lag.begin(clock.time, connections); }
  void turn(std::size_t connections, int reading, int committing, int answering) {
    begin(connections);
    pass(reading);
    lag.read();
    pass(committing);
    const Clock::time_point committed = clock.time;
    pass(answering);
    lag.answered(committed);
  }
  void is(int time) const { BOOST_TEST((lag.now() == milliseconds(time))); }

  SetClock clock;
  TurnLag lag{clock};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(turn_lag)

BOOST_AUTO_TEST_CASE(before_the_first_turn_there_is_none) { Turning().is(0); }

BOOST_AUTO_TEST_CASE(it_is_what_a_turn_takes_for_many_connections_without_the_commit) {
  for (const std::size_t connections : {min_crowd - 1, min_crowd, min_crowd + 1}) {
    Turning thread;
    thread.turn(connections, 3, 500, 4);
    thread.pass(1'000);
    const bool many = connections > min_crowd;
    thread.is(many ? 7 : 0);
  }
}

BOOST_AUTO_TEST_CASE(a_turn_with_enough_connections_tells_what_each_of_them_takes) {
  constexpr std::size_t enough = min_timed_connections;
  for (const std::size_t connections : {enough - 1, enough, enough + 1}) {
    Turning thread;
    BOOST_TEST(thread.lag.each().count() == 0);
    thread.turn(connections, 3, 500, 4);
    const bool tells = connections >= enough;
    BOOST_TEST(thread.clock.reads == (tells ? 2 : 0));
    const TurnLag::Duration each =
        TurnLag::Duration(milliseconds(7)) / static_cast<TurnLag::Duration::rep>(connections);
    BOOST_TEST((thread.lag.each() == (tells ? each : TurnLag::Duration(0))));
    BOOST_TEST((thread.lag.commit() == milliseconds(tells ? 500 : 0)));
    // One with fewer says nothing else, and neither does a time without any.
    thread.turn(enough - 1, 30, 0, 40);
    thread.lag.tick();
    thread.lag.tick();
    BOOST_TEST((thread.lag.each() == (tells ? each : TurnLag::Duration(0))));
  }
}

BOOST_AUTO_TEST_CASE(connections_that_become_ready_in_a_turn_count) {
  Turning thread;
  thread.begin(min_crowd);
  thread.pass(5);
  thread.is(0);
  thread.lag.found(1);
  thread.is(5);
}

BOOST_AUTO_TEST_CASE(a_turn_that_reads_for_longer_than_the_last_one_took_counts_at_once) {
  Turning thread;
  thread.turn(crowd, 3, 0, 4);
  thread.begin(crowd);
  thread.pass(6);
  thread.is(7);
  thread.pass(2);
  thread.is(8);
  // A commit may take its time.
  thread.lag.read();
  thread.pass(500);
  thread.is(7);
}

BOOST_AUTO_TEST_CASE(a_turn_with_few_connections_ends_it) {
  Turning thread;
  thread.turn(crowd, 3, 0, 4);
  thread.turn(1, 30, 0, 40);
  thread.is(0);
}

BOOST_AUTO_TEST_CASE(what_is_answered_without_a_turn_that_reads_does_not_count) {
  Turning thread;
  thread.turn(crowd, 3, 0, 4);
  thread.lag.read();
  thread.pass(100);
  thread.lag.answered(thread.clock.time);
  thread.is(7);
}

BOOST_AUTO_TEST_CASE(it_is_over_when_there_was_no_turn_from_one_tick_to_the_next) {
  Turning thread;
  thread.turn(crowd, 3, 0, 4);
  thread.lag.tick();
  thread.is(7);
  thread.turn(crowd, 1, 0, 4);
  thread.lag.tick();
  thread.is(5);
  thread.lag.tick();
  thread.is(0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
