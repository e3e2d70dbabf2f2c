#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "storage/limits.hpp"
#include "storage/local/group_commit.hpp"
#include "tests/storage/local/fake_journal.hpp"

namespace rollcall::storage {
namespace {

/// An owner for whom another thread may commit.
struct WaitedOwner : FakeOwner {
  void finished(const Batch& batch) noexcept override {
    FakeOwner::finished(batch);
    ++count;
  }
  std::atomic<int> count{0};
};

/// Turns with one create each; says on which thread each was committed.
struct Turns {
  explicit Turns(Committing& the) : all(the) {
    all.committer = make_committer(all.round, CommitBy::load);
  }
  bool commits_here(WaitedOwner& owner, bool has_read = false) {
    const int before = owner.count;
    all.journal.on_commit = [this] { led_here = std::this_thread::get_id() == here; };
    all.committer->end_turn(owner, owner.gather(1), has_read);
    while (owner.count == before) std::this_thread::yield();
    return led_here;
  }

  Committing& all;
  const std::thread::id here = std::this_thread::get_id();
  std::atomic<bool> led_here{false};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commit_by_load, Committing)

BOOST_AUTO_TEST_CASE(one_owner_that_only_writes_commits_itself) {
  WaitedOwner owner;
  Turns turns(*this);
  for (int i = 0; i < 100; ++i) BOOST_TEST(turns.commits_here(owner));
  committer.reset();
  BOOST_TEST(owner.ids.size() == 100U);
}

BOOST_AUTO_TEST_CASE(no_read_waits_for_the_disk_and_no_owner_for_another) {
  WaitedOwner owner, other;
  Turns turns(*this);
  BOOST_TEST(turns.commits_here(owner));
  // Also a read in a turn without writes.
  committer->end_turn(owner, Batch{}, true);
  for (int i = 0; i < 63; ++i) BOOST_TEST(!turns.commits_here(owner));
  BOOST_TEST(turns.commits_here(owner));
  BOOST_TEST(!turns.commits_here(owner, true));
  for (int i = 0; i < 63; ++i) BOOST_TEST(!turns.commits_here(owner));
  BOOST_TEST(turns.commits_here(owner));
  BOOST_TEST(!turns.commits_here(other));
  for (int i = 0; i < 63; ++i) BOOST_TEST(!turns.commits_here(other));
  BOOST_TEST(turns.commits_here(other));
  committer.reset();
}

BOOST_AUTO_TEST_CASE(turns_go_on_while_a_sync_hangs_once_a_read_was_seen) {
  WaitedOwner owner;
  committer = make_committer(round, CommitBy::load);
  std::promise<void> healed;
  // Nobody waits so long, unless this thread commits.
  journal.on_commit = [&] { healed.get_future().wait_for(std::chrono::seconds(5)); };
  committer->end_turn(owner, owner.gather(1), true);
  for (int i = 0; i < 1'000; ++i) {
    committer->end_turn(owner, i % 2 == 0 ? Batch{} : owner.gather(1), true);
  }
  BOOST_TEST(owner.count == 0);
  healed.set_value();
  while (owner.count < 501) std::this_thread::yield();
  committer.reset();
  BOOST_TEST(owner.ids.size() == 501U);
}

BOOST_AUTO_TEST_CASE(a_few_writes_a_sync_are_committed_by_a_thread) {
  WaitedOwner owner;
  committer = make_committer(round, CommitBy::load);
  journal.sync_time = std::chrono::microseconds(100);
  const auto commit = [&](std::size_t writes) {
    const int before = owner.count;
    committer->end_turn(owner, owner.gather(writes), false);
    while (owner.count == before) std::this_thread::yield();
  };
  for (int i = 0; i < 100; ++i) commit(4);
  BOOST_TEST(!events.commits.empty());
  BOOST_TEST((events.commits.back().by == CommitBy::thread));
  // Alone now.
  for (int i = 0; i < 100; ++i) commit(1);
  BOOST_TEST((events.commits.back().by == CommitBy::turn));
  committer.reset();
}

BOOST_AUTO_TEST_CASE(half_of_a_turn_is_handed_over_to_a_thread_that_has_nothing_to_do) {
  WaitedOwner owner;
  committer = make_committer(round, CommitBy::load);
  journal.sync_time = std::chrono::microseconds(100);
  BOOST_TEST(!committer->hand_over(owner, owner.gather(1)));
  for (int i = 1; i <= 100; ++i) {
    committer->end_turn(owner, owner.gather(4), false);
    while (owner.count < i) std::this_thread::yield();
  }
  // What waits for the thread is done by one commit, and nobody is idle until it is.
  std::promise<void> begun, go_on;
  journal.on_commit = [&] {
    begun.set_value();
    go_on.get_future().wait();
  };
  while (committer->idle_share() != 2) std::this_thread::yield();
  BOOST_TEST(committer->hand_over(owner, owner.gather(2)));
  begun.get_future().wait();
  BOOST_TEST(committer->idle_share() > max_pending_writes);
  BOOST_TEST(!committer->hand_over(owner, owner.gather(2)));
  go_on.set_value();
  while (owner.count < 101) std::this_thread::yield();
  committer.reset();
  BOOST_TEST(owner.ids.size() == 402U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
