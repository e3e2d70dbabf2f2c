#include "storage/local/group_commit.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "tests/storage/local/fake_journal.hpp"
#include "tests/support/allocation_counter.hpp"

namespace rollcall::storage {
namespace {

/// Writes an octet when there is no memory: from a process that is about to end.
class TellingEvents final : public Events {
 public:
  explicit TellingEvents(int descriptor) noexcept : descriptor_(descriptor) {}
  void created(const std::string&) noexcept override {}
  void unfinished_dropped(const std::string&, std::uint64_t) noexcept override {}
  void open_to_others(const std::string&, unsigned) noexcept override {}
  void recovered(const std::string&, std::uint64_t) noexcept override {}
  void upgraded(const std::string&, const std::string&) noexcept override {}
  void writes_stopped(Status, const std::string&) noexcept override {}
  void writes_resumed() noexcept override {}
  void checkpoint_failed(const std::string&) noexcept override {}
  void wal_is_large(std::uint64_t) noexcept override {}
  void wal_is_copied() noexcept override {}
  void keys_dropped_early(std::size_t) noexcept override {}
  void out_of_memory() noexcept override {
    [[maybe_unused]] const auto size = ::write(descriptor_, "!", 1);
  }

 private:
  const int descriptor_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(group_commit, Committing)

BOOST_AUTO_TEST_CASE(what_one_turn_gathered_is_one_commit_with_ids_in_order) {
  FakeOwner owner;
  committer->end_turn(owner, owner.gather(5), false);
  BOOST_TEST(journal.batches == std::vector<std::size_t>{5}, boost::test_tools::per_element());
  BOOST_TEST(owner.ids == (std::vector<UserId>{11, 12, 13, 14, 15}),
             boost::test_tools::per_element());
  BOOST_TEST(table.size() == 5U);
  committer->end_turn(owner, Batch{}, false);
  BOOST_TEST(journal.commits == 1);
}

BOOST_AUTO_TEST_CASE(creations_beside_the_key_of_an_upload_need_no_heap_each) {
  FakeOwner owner;
  UploadRuns runs;
  IdempotencyKey key;
  key.text = "k";
  key.runs = &runs;
  WriteOperation opening;
  opening.verb = WriteOperation::Verb::open_upload;
  opening.key = &key;
  Batch batch = owner.gather(5'000);
  batch.append(opening);
  const std::uint64_t before = tests::allocation_count();
  round.commit({{&owner, batch}}, CommitBy::turn);
  BOOST_TEST(tests::allocation_count() - before < 2'500U);
  BOOST_TEST((opening.status == Status::ok));
}

BOOST_AUTO_TEST_CASE(each_commit_is_told_with_what_it_was) {
  FakeOwner owner;
  committer->end_turn(owner, owner.gather(5), false);
  journal.next_status = Status::disk_full;
  committer->end_turn(owner, owner.gather(2), false);
  committer->end_turn(owner, Batch{}, false);
  BOOST_REQUIRE(events.commits.size() == 2U);
  BOOST_TEST(events.commits[0].writes == 5U);
  BOOST_TEST((events.commits[0].status == Status::ok));
  BOOST_TEST((events.commits[0].by == CommitBy::turn));
  BOOST_TEST((events.commits[0].sync_time == journal.sync_time));
  BOOST_TEST((events.commits[1].status == Status::disk_full));
}

BOOST_AUTO_TEST_CASE(a_thread_of_its_own_is_told_as_who_commits) {
  committer = make_committer(round, CommitBy::thread);
  FakeOwner owner;
  committer->end_turn(owner, owner.gather(1), false);
  // Its end is behind the commit.
  committer.reset();
  BOOST_REQUIRE(events.commits.size() == 1U);
  BOOST_TEST((events.commits[0].by == CommitBy::thread));
}

BOOST_AUTO_TEST_CASE(figures_are_those_of_the_latest_commit_or_upkeep) {
  FakeOwner owner;
  Batch batch = owner.gather(2);
  IdempotencyKey key;
  key.text = "k";
  batch.first->key = &key;
  journal.octets = 4'096;
  committer->end_turn(owner, batch, false);
  BOOST_TEST(round.keys() == 1U);
  BOOST_TEST(round.wal_octets() == 4'096U);
  journal.octets = 0;
  BOOST_TEST(round.tick(CommitRound::Clock::time_point{std::chrono::hours(1)}));
  committer->end_turn(owner, Batch{}, false);
  BOOST_TEST(round.wal_octets() == 0U);
}

BOOST_AUTO_TEST_CASE(what_others_queue_during_a_commit_is_led_by_the_owner_of_the_oldest) {
  FakeOwner first, second, third;
  // As from their own threads, while the first one's commit is under way.
  journal.on_commit = [&] {
    committer->end_turn(second, second.gather(2), false);
    committer->end_turn(third, third.gather(3), false);
  };
  committer->end_turn(first, first.gather(1), false);
  BOOST_TEST(first.ids.size() == 1U);
  BOOST_TEST(second.asked_to_lead == 1);
  BOOST_TEST(third.asked_to_lead == 0);
  // Whoever is not asked does not lead.
  committer->end_turn(third, Batch{}, false);
  BOOST_TEST(journal.commits == 1);
  committer->end_turn(second, Batch{}, false);
  BOOST_TEST(journal.batches == (std::vector<std::size_t>{1, 5}), boost::test_tools::per_element());
  BOOST_TEST(third.ids == (std::vector<UserId>{14, 15, 16}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_batch_that_fails_is_seen_by_nobody_and_its_ids_are_not_given_out) {
  FakeOwner owner;
  journal.next_status = Status::disk_full;
  committer->end_turn(owner, owner.gather(2), false);
  BOOST_TEST((owner.statuses == std::vector<Status>{Status::disk_full, Status::disk_full}));
  BOOST_TEST((round.health() == Status::disk_full));
  BOOST_TEST(table.size() == 0U);
  journal.next_status = Status::ok;
  committer->end_turn(owner, owner.gather(1), false);
  BOOST_TEST(owner.ids.back() == 11U);
  BOOST_TEST((round.health() == Status::ok));
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_the_journal_is_not_asked_again) {
  FakeOwner owner;
  journal.next_status = Status::sync_failed;
  committer->end_turn(owner, owner.gather(1), false);
  journal.next_status = Status::ok;
  committer->end_turn(owner, owner.gather(1), false);
  BOOST_TEST(journal.commits == 1);
  BOOST_TEST((owner.statuses.back() == Status::sync_failed));
}

BOOST_AUTO_TEST_CASE(if_the_journal_fails_no_write_of_the_batch_is_told_anything_else) {
  FakeOwner owner;
  committer->end_turn(owner, owner.gather(1), false);
  // The second removal is refused for the first one, which then does not happen.
  Batch batch;
  for (int i = 0; i < 2; ++i) {
    owner.operations.emplace_back().verb = WriteOperation::Verb::remove;
    owner.operations.back().id = 11;
    batch.append(owner.operations.back());
  }
  journal.next_status = Status::disk_full;
  owner.statuses.clear();
  committer->end_turn(owner, batch, false);
  BOOST_TEST((owner.statuses == std::vector<Status>{Status::disk_full, Status::disk_full}));
  UserRecord user;
  BOOST_TEST(table.find(11, user));
}

BOOST_AUTO_TEST_CASE(if_the_journal_fails_keys_and_addresses_are_as_before) {
  StoreRules rules;
  rules.unique_email = true;
  Decider strict(table, rules, events);
  strict.make_emails_unique();
  CommitRound strictly(journal, table, strict, 10, events);
  const auto by_turn = make_committer(strictly, CommitBy::turn);
  FakeOwner owner;
  by_turn->end_turn(owner, owner.gather(1), false);
  const auto gather = [&](IdempotencyKey& key) {
    key.text = "k";
    // User 11 gives its address up, the next takes it.
    Batch batch;
    WriteOperation& change = owner.operations.emplace_back();
    change.verb = WriteOperation::Verb::replace;
    change.id = 11;
    change.user = {"A", "B", "new@b.c"};
    batch.append(change);
    WriteOperation& creation = owner.operations.emplace_back();
    creation.user = {"A", "B", "A@B.C"};
    creation.key = &key;
    batch.append(creation);
    return batch;
  };
  IdempotencyKey lost, kept, replayed;
  journal.next_status = Status::disk_full;
  by_turn->end_turn(owner, gather(lost), false);
  BOOST_TEST((owner.statuses.back() == Status::disk_full));
  journal.next_status = Status::ok;
  // The address is user 11's still.
  by_turn->end_turn(owner, owner.gather(1), false);
  BOOST_TEST((owner.statuses.back() == Status::email_taken));
  by_turn->end_turn(owner, gather(kept), false);
  BOOST_TEST((owner.statuses.back() == Status::ok));
  BOOST_TEST(owner.ids.back() == 12U);
  by_turn->end_turn(owner, gather(replayed), false);
  BOOST_TEST((owner.statuses.back() == Status::replayed));
}

BOOST_AUTO_TEST_CASE(a_batch_of_which_nothing_is_written_costs_no_commit) {
  FakeOwner owner;
  Batch batch;
  owner.operations.emplace_back().verb = WriteOperation::Verb::remove;
  owner.operations.back().id = 1;
  batch.append(owner.operations.back());
  committer->end_turn(owner, batch, false);
  BOOST_TEST(journal.commits == 0);
  BOOST_TEST((owner.statuses == std::vector<Status>{Status::not_found}));
  // Nor does it tell that the disk is well again.
  journal.next_status = Status::disk_full;
  committer->end_turn(owner, owner.gather(1), false);
  Batch again;
  again.append(owner.operations.front());
  committer->end_turn(owner, again, false);
  BOOST_TEST((owner.statuses.back() == Status::not_found));
  BOOST_TEST((round.health() == Status::disk_full));
}

BOOST_AUTO_TEST_CASE(writes_that_stop_and_come_back_are_told_once_each) {
  FakeOwner owner;
  using Texts = std::vector<std::string>;
  const std::string stopped = "writes stopped: because the test says so";
  for (const Status status : {Status::ok, Status::disk_full, Status::disk_full, Status::ok}) {
    journal.next_status = status;
    committer->end_turn(owner, owner.gather(1), false);
  }
  BOOST_TEST(events.all == (Texts{stopped, "writes resumed"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_fails_is_told_once_until_one_succeeds) {
  for (const Status status : {Status::disk_full, Status::disk_full, Status::ok, Status::io_error}) {
    journal.upkeep = status;
    round.maintain();
  }
  BOOST_TEST(
      events.all == std::vector<std::string>(2, "checkpoint failed: because the test says so"),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_memory_for_a_commit_the_process_ends_and_says_so) {
  // Where the clock of the keys is read, as good as any other place.
  StoreRules rules;
  rules.keys.now = []() -> std::int64_t { throw std::bad_alloc(); };
  for (const CommitBy by : {CommitBy::turn, CommitBy::thread, CommitBy::load}) {
    int told[2];
    BOOST_REQUIRE(::pipe(told) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      TellingEvents telling(told[1]);
      Decider poor(table, rules, telling);
      CommitRound poorly(journal, table, poor, 10, telling);
      const auto committing = make_committer(poorly, by);
      FakeOwner owner;
      IdempotencyKey key;
      key.text = "k";
      Batch batch = owner.gather(1);
      batch.first->key = &key;
      committing->end_turn(owner, batch, false);
      ::sleep(10);
      ::_exit(0);
    }
    ::close(told[1]);
    int status = 0;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE));
    char octet = 0;
    BOOST_TEST(::read(told[0], &octet, 1) == 1);
    ::close(told[0]);
  }
}

BOOST_AUTO_TEST_CASE(ids_end_at_the_largest_one) {
  CommitRound last(journal, table, decider, max_user_id - 2, events);
  const auto by_turn = make_committer(last, CommitBy::turn);
  FakeOwner owner;
  by_turn->end_turn(owner, owner.gather(1), false);
  by_turn->end_turn(owner, owner.gather(1), false);
  BOOST_TEST(owner.ids.back() == max_user_id);
  by_turn->end_turn(owner, owner.gather(1), false);
  BOOST_TEST(
      (owner.statuses == std::vector<Status>{Status::ok, Status::ok, Status::ids_exhausted}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
