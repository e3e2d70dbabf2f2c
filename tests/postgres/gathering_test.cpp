#include "storage/postgres/gathering.hpp"

#include <poll.h>

#include <boost/test/unit_test.hpp>

namespace rollcall::storage::postgres {
namespace {

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
  void take() {
    taken = {};
    gathering.take(taken);
  }
  bool is_woken() {
    pollfd one{waker.descriptor(), POLLIN, 0};
    const bool woken = ::poll(&one, 1, 0) == 1;
    waker.clear();
    return woken;
  }
};

constexpr Gathering::Wants both{1, true};
constexpr Gathering::Wants only_finds{0, true};

}  // namespace

BOOST_AUTO_TEST_SUITE(gathering)

BOOST_AUTO_TEST_CASE(a_loop_that_waits_is_woken_once_and_one_that_does_not_wait_never) {
  Shared shared;
  for (int i = 0; i < 2; ++i) {
    shared.submit_write();
  }
  BOOST_TEST(!shared.is_woken());
  shared.take();
  BOOST_TEST(shared.taken.writes.size() == 2U);
  BOOST_TEST(!shared.gathering.has_work(both));
  for (int i = 0; i < 2; ++i) {
    shared.submit_write();
    BOOST_TEST(shared.is_woken() == (i == 0));
  }
}

BOOST_AUTO_TEST_CASE(what_was_submitted_before_the_loop_waits_is_not_waited_for) {
  Shared shared;
  shared.submit_write();
  BOOST_TEST(shared.gathering.has_work(both));
}

BOOST_AUTO_TEST_CASE(a_write_wakes_nobody_while_a_batch_is_under_way_and_a_look_up_does) {
  Shared shared;
  BOOST_TEST(!shared.gathering.has_work(only_finds));
  shared.submit_write();
  BOOST_TEST(!shared.is_woken());
  shared.submit_find();
  BOOST_TEST(shared.is_woken());
  shared.take();
  BOOST_TEST(shared.taken.writes.size() == 1U);
  BOOST_TEST(shared.taken.finds.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_loop_that_waits_for_several_writes_is_woken_by_the_last_of_them) {
  constexpr Gathering::Wants three{3, false};
  Shared shared;
  BOOST_TEST(!shared.gathering.has_work(three));
  for (int i = 1; i <= 4; ++i) {
    shared.submit_write();
    BOOST_TEST(shared.is_woken() == (i == 3));
  }
  shared.take();
  for (int i = 1; i <= 4; ++i) {
    shared.submit_write();
    BOOST_TEST(shared.gathering.has_work(three) == (i >= 3));
  }
}

BOOST_AUTO_TEST_CASE(listings_are_not_gathered) {
  Shared shared;
  BOOST_TEST(!shared.gathering.has_work({}));
  Work work;
  work.lists.push_back({});
  shared.gathering.submit(work);
  BOOST_TEST(shared.is_woken());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
