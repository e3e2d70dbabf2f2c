#include "storage/postgres/gathering.hpp"

#include <poll.h>

#include <boost/test/unit_test.hpp>

namespace rollcall::storage::postgres {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds most{100};

struct Shared {
  Waker waker;
  Gathering gathering{waker};
  Work taken;
  WriteOperation write;
  FindOperation find;

  void submit_write() {
    Work work;
    work.writes.push_back({{&write, nullptr, {}}});
    gathering.submit(work);
  }
  void submit_find() {
    Work work;
    work.finds.push_back({&find, nullptr, {}});
    gathering.submit(work);
  }
  bool take(const Gathering::Wants& wants, Clock::time_point now = Clock::now()) {
    taken = {};
    return gathering.take(taken, wants, now);
  }
  bool is_woken() {
    pollfd one{waker.descriptor(), POLLIN, 0};
    const bool woken = ::poll(&one, 1, 0) == 1;
    waker.clear();
    return woken;
  }
};

constexpr Gathering::Wants both{true, true, false};
constexpr Gathering::Wants only_finds{false, true, false};

}  // namespace

BOOST_AUTO_TEST_SUITE(gathering)

BOOST_AUTO_TEST_CASE(a_loop_that_waits_is_woken_once_and_one_that_does_not_wait_never) {
  Shared shared;
  for (int i = 0; i < 2; ++i) {
    shared.gathering.begin_turn();
    shared.submit_write();
  }
  BOOST_TEST(!shared.is_woken());
  BOOST_TEST(shared.take(both));
  BOOST_TEST(shared.taken.writes.size() == 2U);
  BOOST_TEST((shared.gathering.sleep(both, Clock::now(), most) == most));
  for (int i = 0; i < 2; ++i) {
    shared.gathering.begin_turn();
    shared.submit_write();
    BOOST_TEST(shared.is_woken() == (i == 0));
  }
}

BOOST_AUTO_TEST_CASE(what_was_submitted_before_the_loop_waits_is_not_waited_for) {
  Shared shared;
  shared.gathering.begin_turn();
  shared.submit_write();
  BOOST_TEST((shared.gathering.sleep(both, Clock::now(), most) == milliseconds(0)));
}

BOOST_AUTO_TEST_CASE(a_write_wakes_nobody_while_a_batch_is_under_way_and_a_look_up_does) {
  Shared shared;
  BOOST_TEST((shared.gathering.sleep(only_finds, Clock::now(), most) == most));
  shared.gathering.begin_turn();
  shared.submit_write();
  BOOST_TEST(!shared.is_woken());
  shared.gathering.begin_turn();
  shared.submit_find();
  BOOST_TEST(shared.is_woken());
  BOOST_TEST(shared.take(only_finds));
  BOOST_TEST(shared.taken.writes.size() == 1U);
  BOOST_TEST(shared.taken.finds.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_batch_waits_for_the_turns_that_were_gathering_and_for_no_later_ones) {
  Shared shared;
  shared.gathering.begin_turn();
  shared.gathering.begin_turn();
  shared.submit_write();
  BOOST_TEST(!shared.take(both));
  const Gathering::Wants wants{true, true, true};
  BOOST_TEST((shared.gathering.sleep(wants, Clock::now(), most) == max_gathering));
  shared.gathering.begin_turn();
  BOOST_TEST(!shared.is_woken());
  shared.submit_write();
  BOOST_TEST(shared.is_woken());
  BOOST_TEST(shared.take(wants));
}

BOOST_AUTO_TEST_CASE(a_batch_waits_no_longer_than_it_may) {
  Shared shared;
  shared.gathering.begin_turn();
  shared.gathering.begin_turn();
  shared.submit_write();
  const Clock::time_point now = Clock::now();
  BOOST_TEST(!shared.take(both, now));
  const Gathering::Wants wants{true, true, true};
  BOOST_TEST(!shared.take(wants, now + max_gathering / 2));
  BOOST_TEST(shared.take(wants, now + 2 * max_gathering));
}

BOOST_AUTO_TEST_CASE(listings_are_not_gathered) {
  Shared shared;
  BOOST_TEST((shared.gathering.sleep({}, Clock::now(), most) == most));
  Work work;
  work.lists.push_back({});
  shared.gathering.submit(work);
  BOOST_TEST(shared.is_woken());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
