#include "storage/postgres/linger.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <thread>

#include "storage/postgres/limits.hpp"
#include "tests/postgres/instances.hpp"
#include "tests/storage/recording_events.hpp"
#include "tests/storage/recording_owner.hpp"

namespace rollcall::storage::postgres {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr Clock::time_point start{std::chrono::hours(1)};
constexpr nanoseconds moment{1};

/// After a batch that took two milliseconds, of which `answered` were answered.
Linger after(std::size_t answered) {
  Linger linger{milliseconds(10)};
  linger.answered(answered, milliseconds(2), start);
  return linger;
}

/// One pause behind a batch of `answered` while as many wait, which `joined` join until its end.
/// False if it was left out.
bool pauses(Linger& linger, std::size_t answered, std::size_t joined) {
  linger.answered(answered, milliseconds(2), start);
  if (!linger.holds(answered, start)) return false;
  BOOST_TEST(!linger.holds(answered + joined, linger.until()));
  return true;
}

/// Batches without a pause, until there is one again, which hardly anybody joins.
unsigned left_out_before_next(Linger& linger) {
  unsigned count = 0;
  while (!pauses(linger, 4, 0)) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(linger)

BOOST_AUTO_TEST_CASE(without_a_maximum_there_is_no_pause) {
  Linger linger{nanoseconds(0)};
  linger.answered(4, std::chrono::seconds(1), start);
  BOOST_TEST(!linger.holds(0, start));
  BOOST_TEST(!linger.holds(1, start));
  BOOST_TEST(!linger.is_on());
}

BOOST_AUTO_TEST_CASE(before_a_batch_was_done_there_is_no_pause) {
  Linger linger{milliseconds(10)};
  BOOST_TEST(!linger.holds(1, start));
}

BOOST_AUTO_TEST_CASE(a_pause_ends_when_all_wait_who_were_answered_or_waited_before) {
  Linger linger = after(3);
  BOOST_TEST(linger.holds(2, start));
  BOOST_TEST(linger.is_on());
  BOOST_TEST(linger.missing() == 3U);
  BOOST_TEST(linger.holds(4, start));
  BOOST_TEST(linger.missing() == 1U);
  BOOST_TEST(!linger.holds(5, start));
  BOOST_TEST(!linger.is_on());
  // The batch is sent, so what comes meanwhile is another matter.
  BOOST_TEST(!linger.holds(1, start));
  Linger more = after(3);
  BOOST_TEST(more.holds(2, start));
  BOOST_TEST(!more.holds(6, start));
}

BOOST_AUTO_TEST_CASE(a_client_that_is_alone_never_waits) {
  Linger linger = after(1);
  BOOST_TEST(linger.holds(0, start));
  BOOST_TEST(linger.missing() == 1U);
  BOOST_TEST(!linger.holds(1, start));
  BOOST_TEST((linger.held() == nanoseconds(0)));
}

BOOST_AUTO_TEST_CASE(
    a_pause_lasts_half_as_long_as_the_batch_before_but_not_longer_than_the_maximum) {
  const std::pair<int, int> in_microseconds[] = {
      {2'000, 1'000}, {19'998, 9'999}, {20'000, 10'000}, {20'002, 10'000}, {9'000'000, 10'000}};
  for (const auto& [took, lasts] : in_microseconds) {
    Linger linger{milliseconds(10)};
    linger.answered(2, microseconds(took), start);
    BOOST_TEST(linger.holds(1, start));
    BOOST_TEST((linger.until() == start + microseconds(lasts)));
    BOOST_TEST(linger.holds(1, linger.until() - moment));
    BOOST_TEST(!linger.holds(1, linger.until()));
    BOOST_TEST(!linger.is_on());
  }
}

BOOST_AUTO_TEST_CASE(there_is_no_pause_where_the_database_is_fast) {
  for (const nanoseconds more : {-moment, nanoseconds(0), moment}) {
    Linger linger{milliseconds(10)};
    linger.answered(2, slow_batch + more, start);
    BOOST_TEST(linger.holds(1, start) == (more.count() >= 0));
  }
}

BOOST_AUTO_TEST_CASE(there_is_no_pause_before_a_batch_that_is_not_small) {
  for (const std::size_t waiting : {small_batch - 1, small_batch, small_batch + 1}) {
    Linger linger = after(100);
    BOOST_TEST(linger.holds(waiting, start) == (waiting < small_batch));
  }
  Linger linger = after(100);
  BOOST_TEST(linger.holds(1, start));
  BOOST_TEST(linger.missing() == small_batch - 1);
  BOOST_TEST(linger.holds(small_batch - 1, start));
  BOOST_TEST(!linger.holds(small_batch, start));
}

BOOST_AUTO_TEST_CASE(there_is_no_pause_for_those_who_were_not_answered) {
  Linger linger = after(0);
  BOOST_TEST(!linger.holds(1, start));
}

BOOST_AUTO_TEST_CASE(where_nobody_is_missing_no_pause_was_in_vain) {
  Linger linger = after(100);
  BOOST_TEST(!linger.holds(small_batch + 1, start));
  BOOST_TEST((linger.held() == nanoseconds(0)));
  BOOST_TEST(pauses(linger, 4, 0));
  BOOST_TEST(left_out_before_next(linger) == 1U);
  for (int i = 0; i < 3; ++i) BOOST_TEST(!pauses(linger, 4, 0));
  // Nor did one pay.
  linger.answered(0, milliseconds(2), start);
  BOOST_TEST(!linger.holds(1, start));
  BOOST_TEST(pauses(linger, 4, 0));
  BOOST_TEST(left_out_before_next(linger) == 7U);
}

BOOST_AUTO_TEST_CASE(a_pause_that_hardly_anybody_joins_is_left_out_more_and_more_often) {
  Linger linger{milliseconds(10)};
  BOOST_TEST(pauses(linger, 4, 0));
  for (const unsigned expected : {1U, 3U, 7U, 15U, 31U, 63U, max_lingers_left_out}) {
    BOOST_TEST(left_out_before_next(linger) == expected);
  }
  while (!pauses(linger, 4, 1)) continue;
  BOOST_TEST(pauses(linger, 4, 0));
  BOOST_TEST(left_out_before_next(linger) == 1U);
}

BOOST_AUTO_TEST_CASE(a_pause_pays_if_a_quarter_of_those_who_were_missing_joined) {
  for (const std::size_t joined : {1U, 2U, 3U}) {
    Linger linger{milliseconds(10)};
    BOOST_TEST(pauses(linger, 8, joined));
    BOOST_TEST(pauses(linger, 8, joined) == (joined >= 8 / least_joining_share));
  }
}

BOOST_AUTO_TEST_CASE(a_pause_in_which_nobody_waited_has_cost_nothing) {
  Linger linger{milliseconds(10)};
  for (int i = 0; i < 3; ++i) {
    linger.answered(4, milliseconds(2), start);
    BOOST_TEST(linger.holds(0, start));
    BOOST_TEST(!linger.holds(0, linger.until()));
    BOOST_TEST((linger.held() == nanoseconds(0)));
  }
}

BOOST_AUTO_TEST_CASE(it_says_how_long_writes_waited) {
  Linger linger = after(2);
  BOOST_TEST(linger.holds(0, start));
  BOOST_TEST(linger.holds(1, start + microseconds(100)));
  BOOST_TEST(linger.holds(1, start + microseconds(200)));
  BOOST_TEST(!linger.holds(2, start + microseconds(500)));
  BOOST_TEST((linger.held() == microseconds(400)));
  linger.answered(2, milliseconds(2), start);
  BOOST_TEST((linger.held() == nanoseconds(0)));
}

namespace {

/// Like so many clients: each of them waits for its answer before it asks again.
void create_until(Store& store, const std::atomic<bool>& over, std::size_t clients,
                  std::atomic<int>& created) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  std::deque<WriteOperation> operations(clients);
  while (!over) {
    for (WriteOperation& each : operations) {
      each.user = {"A", "B", "a@b.c"};
      session->write(each);
    }
    owner.written.clear();
    owner.turn_until(*session, clients);
    for (const WriteOperation& each : operations) created += each.status == Status::ok ? 1 : 0;
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_store_that_is_told_to_holds_batches_back_and_loses_none) {
  std::atomic<int> held{0};
  RecordingEvents events;
  events.on_commit = [&held](const CommitFacts& facts) { held += facts.held.count() > 0 ? 1 : 0; };
  Instances instances(0);
  const auto store =
      open_store(instances.url, {.rules = {}, .max_linger = longest_linger}, {}, events);
  // So slow that it pays.
  instances.query(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
      "pg_sleep(0.005); RETURN NULL; END'; CREATE TRIGGER slow AFTER INSERT ON users FOR EACH "
      "STATEMENT EXECUTE FUNCTION slow()");
  std::atomic<bool> over{false};
  std::atomic<int> created{0};
  std::deque<std::thread> threads;
  for (std::size_t clients = 1; clients <= 3; ++clients) {
    threads.emplace_back([&, clients] { create_until(*store, over, clients, created); });
  }
  const auto until = Clock::now() + std::chrono::minutes(1);
  while (held < 3 && Clock::now() < until) std::this_thread::sleep_for(milliseconds(1));
  over = true;
  for (std::thread& each : threads) each.join();
  BOOST_TEST(held >= 3);
  BOOST_TEST(instances.query("SELECT count(*) FROM users") == std::to_string(created) + "\n");
  std::string error;
  BOOST_TEST(store->close(error));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
