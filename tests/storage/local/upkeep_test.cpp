#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "storage/limits.hpp"
#include "tests/storage/local/fake_journal.hpp"

/// What a CommitRound does between batches, and what time brings on.
namespace rollcall::storage {

BOOST_FIXTURE_TEST_SUITE(upkeep, Committing)

BOOST_AUTO_TEST_CASE(what_time_brings_on_is_done_without_a_write_and_once_in_an_interval) {
  using std::chrono::milliseconds;
  FakeOwner owner;
  CommitRound::Clock::time_point now{std::chrono::hours(1)};
  BOOST_TEST(round.tick(now));
  for (const auto& [later, looks] :
       {std::pair{upkeep_interval - milliseconds(1), 1}, std::pair{milliseconds(1), 2},
        std::pair{upkeep_interval + milliseconds(1), 3}}) {
    committer->end_turn(owner, Batch{}, false);
    committer->end_turn(owner, Batch{}, false);
    now += later;
    BOOST_TEST(round.tick(now) == (looks > 1));
    committer->end_turn(owner, Batch{}, false);
    BOOST_TEST(journal.looks == looks);
  }
  BOOST_TEST(journal.commits == 0);
}

BOOST_AUTO_TEST_CASE(the_commit_thread_does_what_time_brings_on_too) {
  FakeOwner owner;
  std::promise<void> looked;
  journal.on_look = [&looked] { looked.set_value(); };
  const auto by_thread = make_committer(round, CommitBy::thread);
  BOOST_TEST(round.tick(CommitRound::Clock::time_point{std::chrono::hours(1)}));
  by_thread->end_turn(owner, Batch{}, false);
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
  committer->end_turn(owner, owner.gather(1), false);
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

BOOST_AUTO_TEST_CASE(keys_whose_time_is_over_go_from_the_journal_without_a_write) {
  StoreRules rules;
  rules.keys.lifetime = std::chrono::seconds(100);
  rules.keys.now = []() -> std::int64_t { return 1'000; };
  Decider keyed(table, rules, events);
  FakeOwner owner;
  CommitRound keyed_round(journal, table, keyed, 10, events);
  const auto by_turn = make_committer(keyed_round, CommitBy::turn);
  CommitRound::Clock::time_point now{std::chrono::hours(1)};
  const auto pass = [&](std::chrono::seconds time) {
    now += time;
    keyed_round.tick(now);
    by_turn->end_turn(owner, Batch{}, false);
  };
  pass(std::chrono::seconds(1));
  IdempotencyKey key;
  key.text = "k";
  Batch batch = owner.gather(1);
  batch.first->key = &key;
  by_turn->end_turn(owner, batch, false);
  BOOST_TEST(journal.commits == 1);
  pass(std::chrono::seconds(1));
  BOOST_TEST(journal.commits == 2);
  BOOST_TEST(journal.key_time == 1'001);
  BOOST_TEST(journal.forget == 0U);
  pass(std::chrono::seconds(101));
  BOOST_TEST(journal.forget == 1U);
  // Without keys nothing is noted.
  const int commits = journal.commits;
  pass(std::chrono::seconds(101));
  BOOST_TEST(journal.commits == commits);
}

BOOST_AUTO_TEST_CASE(a_wal_that_passes_the_limit_is_told_once_and_that_it_is_over) {
  using Texts = std::vector<std::string>;
  CommitRound::Clock::time_point now{std::chrono::hours(1)};
  for (const std::uint64_t octets : {max_wal_octets - 1, max_wal_octets, max_wal_octets + 1,
                                     max_wal_octets + 2, std::size_t{0}, std::size_t{0}}) {
    journal.octets = octets;
    now += upkeep_interval;
    round.tick(now);
    round.maintain();
  }
  BOOST_TEST(events.all == (Texts{"WAL is large: 67108865", "WAL is copied"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
