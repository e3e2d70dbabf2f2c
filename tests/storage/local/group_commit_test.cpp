#include "storage/local/group_commit.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <deque>
#include <functional>
#include <future>
#include <utility>
#include <vector>

#include "storage/limits.hpp"
#include "tests/storage/recording_events.hpp"

namespace rollcall::storage {
namespace {

/// A journal in memory that ends as it is told.
class FakeJournal final : public Journal {
 public:
  Status commit(const WriteOperation* first, std::uint64_t) noexcept override {
    if (next_status == Status::ok) {
      std::size_t size = 0;
      for (; first != nullptr; first = first->next) ++size;
      batches.push_back(size);
    }
    ++commits;
    if (on_commit) std::exchange(on_commit, nullptr)();
    return next_status;
  }
  Status maintain() noexcept override { return upkeep; }
  Status look() noexcept override {
    ++looks;
    if (on_look) std::exchange(on_look, nullptr)();
    return found;
  }
  bool close(std::string&) noexcept override { return true; }
  const std::string& last_error() const noexcept override { return reason; }

  Status next_status = Status::ok;
  Status upkeep = Status::ok;
  Status found = Status::ok;
  int looks = 0;
  std::vector<std::size_t> batches;
  int commits = 0;
  std::string reason = "because the test says so";
  std::function<void()> on_commit;
  std::function<void()> on_look;
};

struct FakeOwner final : BatchOwner {
  void finished(const Batch& batch) noexcept override {
    for (const WriteOperation* each = batch.first; each != nullptr; each = each->next) {
      statuses.push_back(each->status);
      ids.push_back(each->id);
    }
  }
  void lead_next() noexcept override { ++asked_to_lead; }

  Batch gather(std::size_t count) {
    Batch batch;
    for (std::size_t i = 0; i < count; ++i) {
      operations.emplace_back().user = {"A", "B", "a@b.c"};
      batch.append(operations.back());
    }
    return batch;
  }

  std::deque<WriteOperation> operations;
  std::vector<Status> statuses;
  std::vector<UserId> ids;
  int asked_to_lead = 0;
};

/// Writes an octet when there is no memory: from a process that is about to end.
class TellingEvents final : public Events {
 public:
  explicit TellingEvents(int descriptor) noexcept : descriptor_(descriptor) {}
  void created(const std::string&) noexcept override {}
  void unfinished_dropped(const std::string&, std::uint64_t) noexcept override {}
  void writes_stopped(Status, const std::string&) noexcept override {}
  void writes_resumed() noexcept override {}
  void checkpoint_failed(const std::string&) noexcept override {}
  void keys_dropped_early(std::size_t) noexcept override {}
  void out_of_memory() noexcept override {
    [[maybe_unused]] const auto size = ::write(descriptor_, "!", 1);
  }

 private:
  const int descriptor_;
};

struct Committing {
  FakeJournal journal;
  Table table;
  RecordingEvents events;
  Decider decider{table, {}, events};
  CommitRound round{journal, table, decider, 10, events};
  std::unique_ptr<Committer> committer = make_turn_committer(round);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(group_commit, Committing)

BOOST_AUTO_TEST_CASE(what_one_turn_gathered_is_one_commit_with_ids_in_order) {
  FakeOwner owner;
  committer->end_turn(owner, owner.gather(5));
  BOOST_TEST(journal.batches == std::vector<std::size_t>{5}, boost::test_tools::per_element());
  BOOST_TEST(owner.ids == (std::vector<UserId>{11, 12, 13, 14, 15}),
             boost::test_tools::per_element());
  BOOST_TEST(table.size() == 5U);
  committer->end_turn(owner, Batch{});
  BOOST_TEST(journal.commits == 1);
}

BOOST_AUTO_TEST_CASE(what_others_queue_during_a_commit_is_led_by_the_owner_of_the_oldest) {
  FakeOwner first, second, third;
  // As from their own threads, while the first one's commit is under way.
  journal.on_commit = [&] {
    committer->end_turn(second, second.gather(2));
    committer->end_turn(third, third.gather(3));
  };
  committer->end_turn(first, first.gather(1));
  BOOST_TEST(first.ids.size() == 1U);
  BOOST_TEST(second.asked_to_lead == 1);
  BOOST_TEST(third.asked_to_lead == 0);
  // Whoever is not asked does not lead.
  committer->end_turn(third, Batch{});
  BOOST_TEST(journal.commits == 1);
  committer->end_turn(second, Batch{});
  BOOST_TEST(journal.batches == (std::vector<std::size_t>{1, 5}), boost::test_tools::per_element());
  BOOST_TEST(third.ids == (std::vector<UserId>{14, 15, 16}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_batch_that_fails_is_seen_by_nobody_and_its_ids_are_not_given_out) {
  FakeOwner owner;
  journal.next_status = Status::disk_full;
  committer->end_turn(owner, owner.gather(2));
  BOOST_TEST((owner.statuses == std::vector<Status>{Status::disk_full, Status::disk_full}));
  BOOST_TEST((round.health() == Status::disk_full));
  BOOST_TEST(table.size() == 0U);
  journal.next_status = Status::ok;
  committer->end_turn(owner, owner.gather(1));
  BOOST_TEST(owner.ids.back() == 11U);
  BOOST_TEST((round.health() == Status::ok));
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_the_journal_is_not_asked_again) {
  FakeOwner owner;
  journal.next_status = Status::sync_failed;
  committer->end_turn(owner, owner.gather(1));
  journal.next_status = Status::ok;
  committer->end_turn(owner, owner.gather(1));
  BOOST_TEST(journal.commits == 1);
  BOOST_TEST((owner.statuses.back() == Status::sync_failed));
}

BOOST_AUTO_TEST_CASE(if_the_journal_fails_no_write_of_the_batch_is_told_anything_else) {
  FakeOwner owner;
  committer->end_turn(owner, owner.gather(1));
  // The second removal is refused for the first one, which then does not happen.
  Batch batch;
  for (int i = 0; i < 2; ++i) {
    owner.operations.emplace_back().verb = WriteOperation::Verb::remove;
    owner.operations.back().id = 11;
    batch.append(owner.operations.back());
  }
  journal.next_status = Status::disk_full;
  owner.statuses.clear();
  committer->end_turn(owner, batch);
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
  const auto by_turn = make_turn_committer(strictly);
  FakeOwner owner;
  by_turn->end_turn(owner, owner.gather(1));
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
  by_turn->end_turn(owner, gather(lost));
  BOOST_TEST((owner.statuses.back() == Status::disk_full));
  journal.next_status = Status::ok;
  // The address is user 11's still.
  by_turn->end_turn(owner, owner.gather(1));
  BOOST_TEST((owner.statuses.back() == Status::email_taken));
  by_turn->end_turn(owner, gather(kept));
  BOOST_TEST((owner.statuses.back() == Status::ok));
  BOOST_TEST(owner.ids.back() == 12U);
  by_turn->end_turn(owner, gather(replayed));
  BOOST_TEST((owner.statuses.back() == Status::replayed));
}

BOOST_AUTO_TEST_CASE(a_batch_of_which_nothing_is_written_costs_no_commit) {
  FakeOwner owner;
  Batch batch;
  owner.operations.emplace_back().verb = WriteOperation::Verb::remove;
  owner.operations.back().id = 1;
  batch.append(owner.operations.back());
  committer->end_turn(owner, batch);
  BOOST_TEST(journal.commits == 0);
  BOOST_TEST((owner.statuses == std::vector<Status>{Status::not_found}));
  // Nor does it tell that the disk is well again.
  journal.next_status = Status::disk_full;
  committer->end_turn(owner, owner.gather(1));
  Batch again;
  again.append(owner.operations.front());
  committer->end_turn(owner, again);
  BOOST_TEST((owner.statuses.back() == Status::not_found));
  BOOST_TEST((round.health() == Status::disk_full));
}

BOOST_AUTO_TEST_CASE(writes_that_stop_and_come_back_are_told_once_each) {
  FakeOwner owner;
  using Texts = std::vector<std::string>;
  const std::string stopped = "writes stopped: because the test says so";
  for (const Status status : {Status::ok, Status::disk_full, Status::disk_full, Status::ok}) {
    journal.next_status = status;
    committer->end_turn(owner, owner.gather(1));
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

BOOST_AUTO_TEST_CASE(what_time_brings_on_is_done_without_a_write_and_once_in_an_interval) {
  using std::chrono::milliseconds;
  FakeOwner owner;
  CommitRound::Clock::time_point now{std::chrono::hours(1)};
  BOOST_TEST(round.tick(now));
  for (const auto& [later, looks] :
       {std::pair{upkeep_interval - milliseconds(1), 1}, std::pair{milliseconds(1), 2},
        std::pair{upkeep_interval + milliseconds(1), 3}}) {
    committer->end_turn(owner, Batch{});
    committer->end_turn(owner, Batch{});
    now += later;
    BOOST_TEST(round.tick(now) == (looks > 1));
    committer->end_turn(owner, Batch{});
    BOOST_TEST(journal.looks == looks);
  }
  BOOST_TEST(journal.commits == 0);
}

BOOST_AUTO_TEST_CASE(the_commit_thread_does_what_time_brings_on_too) {
  FakeOwner owner;
  std::promise<void> looked;
  journal.on_look = [&looked] { looked.set_value(); };
  const auto by_thread = make_thread_committer(round);
  BOOST_TEST(round.tick(CommitRound::Clock::time_point{std::chrono::hours(1)}));
  by_thread->end_turn(owner, Batch{});
  looked.get_future().wait();
}

BOOST_AUTO_TEST_CASE(what_upkeep_finds_to_be_lasting_is_health_at_once_and_told_once) {
  using Texts = std::vector<std::string>;
  const std::string stopped = "writes stopped: because the test says so";
  journal.upkeep = Status::sync_failed;
  for (int i = 0; i < 2; ++i) round.maintain();
  BOOST_TEST((round.health() == Status::sync_failed));
  BOOST_TEST(events.all == Texts{stopped}, boost::test_tools::per_element());
  FakeOwner owner;
  committer->end_turn(owner, owner.gather(1));
  BOOST_TEST((owner.statuses == std::vector<Status>{Status::sync_failed}));
  BOOST_TEST(journal.commits == 0);
}

BOOST_AUTO_TEST_CASE(a_look_that_finds_the_file_replaced_is_health_at_once) {
  journal.found = Status::file_replaced;
  round.maintain();
  BOOST_TEST((round.health() == Status::ok));
  BOOST_TEST(round.tick(CommitRound::Clock::time_point{std::chrono::hours(1)}));
  round.maintain();
  BOOST_TEST((round.health() == Status::file_replaced));
}

BOOST_AUTO_TEST_CASE(without_memory_for_a_commit_the_process_ends_and_says_so) {
  // Where the clock of the keys is read, as good as any other place.
  StoreRules rules;
  rules.keys.now = []() -> std::int64_t { throw std::bad_alloc(); };
  for (const auto& make : {make_turn_committer, make_thread_committer}) {
    int told[2];
    BOOST_REQUIRE(::pipe(told) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      std::signal(SIGABRT, SIG_DFL);
      TellingEvents telling(told[1]);
      Decider poor(table, rules, telling);
      CommitRound poorly(journal, table, poor, 10, telling);
      const auto committing = make(poorly);
      FakeOwner owner;
      IdempotencyKey key;
      key.text = "k";
      Batch batch = owner.gather(1);
      batch.first->key = &key;
      committing->end_turn(owner, batch);
      ::sleep(10);
      ::_exit(1);
    }
    ::close(told[1]);
    int status = 0;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
    char octet = 0;
    BOOST_TEST(::read(told[0], &octet, 1) == 1);
    ::close(told[0]);
  }
}

BOOST_AUTO_TEST_CASE(ids_end_at_the_largest_one) {
  CommitRound last(journal, table, decider, max_user_id - 2, events);
  const auto by_turn = make_turn_committer(last);
  FakeOwner owner;
  by_turn->end_turn(owner, owner.gather(1));
  by_turn->end_turn(owner, owner.gather(1));
  BOOST_TEST(owner.ids.back() == max_user_id);
  by_turn->end_turn(owner, owner.gather(1));
  BOOST_TEST(
      (owner.statuses == std::vector<Status>{Status::ok, Status::ok, Status::ids_exhausted}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
