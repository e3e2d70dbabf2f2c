#include "storage/local/group_commit.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

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
  void maintain() noexcept override {}
  bool close(std::string&) noexcept override { return true; }
  const std::string& last_error() const noexcept override { return reason; }

  Status next_status = Status::ok;
  std::vector<std::size_t> batches;
  int commits = 0;
  std::string reason = "because the test says so";
  std::function<void()> on_commit;
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

struct Committing {
  FakeJournal journal;
  Table table;
  Decider decider{table, {}};
  CommitRound round{journal, table, decider, 10};
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
  Decider strict(table, rules);
  strict.make_emails_unique();
  CommitRound strictly(journal, table, strict, 10);
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

BOOST_AUTO_TEST_CASE(ids_end_at_the_largest_one) {
  CommitRound last(journal, table, decider, max_user_id - 2);
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
