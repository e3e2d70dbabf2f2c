#include "storage/local/key_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>

namespace rollcall::storage {
namespace {

using std::chrono::milliseconds;
constexpr KeyClock::Monotonic::time_point begin{std::chrono::hours(1)};

}  // namespace

BOOST_AUTO_TEST_SUITE(key_clock)

BOOST_AUTO_TEST_CASE(it_goes_on_with_the_monotonic_clock) {
  KeyClock clock;
  clock.start(100);
  BOOST_TEST(clock.now() == 100);
  clock.advance(begin);
  BOOST_TEST(clock.now() == 100);
  clock.advance(begin + milliseconds(999));
  BOOST_TEST(clock.now() == 100);
  clock.advance(begin + milliseconds(1'000));
  BOOST_TEST(clock.now() == 101);
}

BOOST_AUTO_TEST_CASE(many_small_steps_are_as_long_as_one) {
  KeyClock clock;
  clock.start(0);
  for (int i = 0; i <= 1'000; ++i) clock.advance(begin + milliseconds(333) * i);
  BOOST_TEST(clock.now() == 333);
}

BOOST_AUTO_TEST_CASE(what_passes_before_it_starts_does_not_count) {
  KeyClock clock;
  clock.advance(begin);
  clock.advance(begin + milliseconds(5'000));
  clock.start(100);
  clock.advance(begin + milliseconds(7'000));
  BOOST_TEST(clock.now() == 102);
}

BOOST_AUTO_TEST_CASE(it_never_goes_back) {
  KeyClock clock;
  clock.start(100);
  clock.start(90);
  BOOST_TEST(clock.now() == 100);
  clock.start(110);
  clock.advance(begin + milliseconds(5'000));
  clock.advance(begin);
  BOOST_TEST(clock.now() == 110);
  clock.advance(begin + milliseconds(6'000));
  BOOST_TEST(clock.now() == 111);
}

BOOST_AUTO_TEST_CASE(it_starts_anywhere_even_before_1970) {
  KeyClock clock;
  BOOST_TEST(!clock.started());
  clock.start(-5);
  BOOST_TEST(clock.started());
  BOOST_TEST(clock.now() == -5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
