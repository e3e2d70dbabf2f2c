#include <boost/test/unit_test.hpp>
#include <deque>

#include "storage/postgres/finder.hpp"
#include "storage/postgres/lister.hpp"
#include "tests/storage/recording_owner.hpp"

/// What waits for the database is bounded, and does not wait for ever. Without a database.
namespace rollcall::storage::postgres {
namespace {

bool no_set_up(Connection&, std::string&) { return true; }

struct Waiting {
  RecordingOwner owner;
  Outbox outbox;
  Inbox inbox{owner, outbox};
  Waker waker;
  Link link{"postgresql://%2Fnowhere/x", no_set_up, waker};
  const Clock::time_point now = Clock::now();

  void deliver() {
    outbox.hand_over();
    inbox.take();
    inbox.tell();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(queues)

BOOST_AUTO_TEST_CASE(one_look_up_more_than_may_wait_is_refused_and_none_waits_longer_than_it_may) {
  Waiting waiting;
  Finder finder(waiting.link);
  std::deque<FindOperation> finds(max_pending_finds + 1);
  for (std::size_t i = 0; i < finds.size(); ++i) {
    finder.add({&finds[i], &waiting.inbox, waiting.now});
    waiting.deliver();
    BOOST_REQUIRE(waiting.owner.found.size() == (i < max_pending_finds ? 0U : 1U));
  }
  BOOST_TEST((finds.back().status == Status::queue_full));
  finder.step(waiting.now + max_wait);
  waiting.deliver();
  BOOST_TEST(waiting.owner.found.size() == 1U);
  finder.step(waiting.now + max_wait + std::chrono::milliseconds(1));
  waiting.deliver();
  BOOST_TEST(waiting.owner.found.size() == finds.size());
  BOOST_TEST((finds.front().status == Status::unavailable));
  BOOST_TEST(finder.is_idle());
}

BOOST_AUTO_TEST_CASE(one_listing_more_than_may_wait_is_refused_and_none_waits_longer_than_it_may) {
  Waiting waiting;
  ListQueue queue;
  std::deque<ListOperation> lists(max_pending_lists + 1);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    queue.add({&lists[i], &waiting.inbox, waiting.now});
    waiting.deliver();
    BOOST_REQUIRE(waiting.owner.listed.size() == (i < max_pending_lists ? 0U : 1U));
  }
  BOOST_TEST((lists.back().status == Status::queue_full));
  queue.expire(waiting.now + max_wait);
  BOOST_TEST(!queue.empty());
  queue.expire(waiting.now + max_wait + std::chrono::milliseconds(1));
  waiting.deliver();
  BOOST_TEST(queue.empty());
  BOOST_TEST((lists.front().status == Status::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
