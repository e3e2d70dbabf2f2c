#include "server/connections.hpp"

#include <boost/test/unit_test.hpp>

#include "storage/local/memory_store.hpp"
#include "tests/server/connection/served.hpp"

/// Through a thread whose ticks are counted out.
namespace rollcall::server {
namespace {

struct Three : Served<storage::MemoryStore> {
  Three() : Served(short_timeouts()) {
    connect();
    connect();
    take_turn();
    tick();
  }
  void tick() { thread().tick_now(); }
  std::size_t looked() { return thread().connections().looked(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(connections)

BOOST_FIXTURE_TEST_CASE(a_tick_looks_at_new_ones_once_and_then_at_no_idle_one, Three) {
  BOOST_TEST(looked() == 3U);
  tick();
  BOOST_TEST(looked() == 0U);
  BOOST_TEST(thread().metrics().connections(Activity::idle) == 3U);
}

BOOST_FIXTURE_TEST_CASE(it_looks_again_at_one_that_something_has_happened_to, Three) {
  sockets()[1].arrive("G");
  take_turn();
  tick();
  BOOST_TEST(looked() == 1U);
  BOOST_TEST(thread().metrics().connections(Activity::reading) == 1U);
  tick();
  BOOST_TEST(looked() == 1U);  // A request that has begun has a deadline of its own.
}

BOOST_FIXTURE_TEST_CASE(an_idle_one_is_closed_when_its_time_is_over_and_not_before, Three) {
  const milliseconds idle = short_timeouts().idle;
  pass(idle - milliseconds(1));
  BOOST_TEST(looked() == 0U);
  BOOST_TEST(thread().connection_count() == 3U);
  pass(milliseconds(1));
  BOOST_TEST(looked() == 3U);
  BOOST_TEST(thread().connection_count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(one_that_was_answered_has_all_its_time_again, Three) {
  const milliseconds idle = short_timeouts().idle;
  pass(idle - milliseconds(1));
  sockets()[2].arrive(get);
  take_turn();
  pass(idle - milliseconds(1));
  BOOST_TEST(sockets()[0].closed());
  BOOST_TEST(!sockets()[2].closed());
  pass(milliseconds(1));
  BOOST_TEST(sockets()[2].closed());
}

BOOST_FIXTURE_TEST_CASE(one_that_takes_the_place_of_a_closed_one_keeps_its_time, Three) {
  const Clock::time_point first = thread().longest_idle_since();
  pass(milliseconds(100));
  sockets()[2].arrive(get);
  take_turn();
  tick();
  // The last takes the place of the first.
  sockets()[0].finish();
  take_turn();
  BOOST_TEST(thread().connection_count() == 2U);
  pass(short_timeouts().idle - milliseconds(100));
  BOOST_TEST(sockets()[1].closed());
  BOOST_TEST(!sockets()[2].closed());
  BOOST_TEST((thread().longest_idle_since() == first + milliseconds(100)));
  pass(milliseconds(100));
  BOOST_TEST(sockets()[2].closed());
}

BOOST_FIXTURE_TEST_CASE(a_stop_looks_at_all, Three) {
  thread().stop_now();
  tick();
  BOOST_TEST(looked() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
