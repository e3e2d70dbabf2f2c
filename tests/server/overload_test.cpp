#include "server/overload.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "storage/limits.hpp"

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;
using State = Overload::State;

constexpr milliseconds most{100};

/// A store whose commits take as long as the test says.
struct Committing {
  explicit Committing(milliseconds delay = most) : overload(delay) {}

  /// One turn's writes, which take `time`.
  void commit(std::uint64_t writes, milliseconds time) {
    overload.before_commit({writes, completed}, now);
    now += time;
    completed += writes;
    overload.after_commit(completed, now);
  }
  void is(State state, std::size_t limit) const {
    BOOST_TEST((overload.state() == state));
    BOOST_TEST(overload.limit() == limit);
    BOOST_TEST(overload.admits(limit - 1));
    BOOST_TEST(!overload.admits(limit));
    BOOST_TEST(!overload.admits(limit + 1));
  }

  Overload overload;
  Clock::time_point now{std::chrono::hours(1)};
  std::uint64_t completed = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(overload)

BOOST_AUTO_TEST_CASE(with_a_delay_of_0_any_number_may_wait) {
  Committing store(milliseconds(0));
  store.commit(1'000'000, std::chrono::hours(1));
  BOOST_TEST((store.overload.state() == State::off));
  BOOST_TEST(store.overload.admits(storage::max_pending_writes));
  BOOST_TEST(store.overload.has_room(storage::max_pending_writes));
}

BOOST_AUTO_TEST_CASE(before_anything_was_seen_there_is_room_for_what_many_clients_bring_at_once) {
  const Committing store;
  store.is(State::calm, first_admitted_writes);
  BOOST_TEST(store.overload.has_room(first_admitted_writes / 2 - 1));
  BOOST_TEST(!store.overload.has_room(first_admitted_writes / 2));
}

BOOST_AUTO_TEST_CASE(few_writes_in_time_say_nothing_against_more) {
  Committing store;
  for (int i = 0; i < 100; ++i) store.commit(1, milliseconds(50));
  store.is(State::calm, first_admitted_writes);
}

BOOST_AUTO_TEST_CASE(the_first_guess_gives_way_to_four_times_what_batches_show) {
  for (const std::uint64_t writes : {telling_writes - 1, telling_writes, telling_writes + 1}) {
    Committing store;
    store.commit(writes, milliseconds(5));
    store.is(State::calm,
             writes < telling_writes ? first_admitted_writes : guess_factor * 20 * writes);
  }
  Committing store;
  store.commit(100, milliseconds(20));
  store.is(State::calm, 2'000);
  // Of two in a row the better one counts.
  store.commit(100, milliseconds(50));
  store.is(State::calm, 2'000);
  store.commit(100, milliseconds(50));
  store.is(State::calm, 800);
  store.commit(16, milliseconds(50));
  store.commit(16, milliseconds(50));
  store.is(State::calm, min_admitted_writes);
  // From here on it is no guess.
  store.commit(100, milliseconds(20));
  store.is(State::calm, 500);
  for (int i = 0; i < 10; ++i) store.commit(16, milliseconds(50));
  store.is(State::calm, 500);
}

BOOST_AUTO_TEST_CASE(what_lateness_has_found_is_no_guess) {
  Committing store;
  store.commit(5'000, milliseconds(1'000));
  for (int i = 0; i < 3; ++i) store.commit(16, milliseconds(50));
  store.is(State::limiting, 500);
}

BOOST_AUTO_TEST_CASE(the_limit_grows_with_what_is_completed_twofold_at_most_up_to_the_queue_s) {
  Committing store;
  store.commit(60, milliseconds(1));
  store.is(State::calm, 6'000);
  store.commit(1'000, milliseconds(1));
  store.is(State::calm, 12'000);
  // What takes no time at all.
  store.commit(1, milliseconds(0));
  store.is(State::calm, 24'000);
  for (int i = 0; i < 5; ++i) store.commit(1'000, milliseconds(1));
  store.is(State::calm, storage::max_pending_writes);
}

BOOST_AUTO_TEST_CASE(once_late_may_be_a_pause_of_the_disk_and_twice_is_overload) {
  Committing store;
  store.commit(5'000, most);
  store.is(State::calm, 5'000);
  store.commit(1'000, most + milliseconds(1));
  store.is(State::late, 5'000);
  store.commit(10, milliseconds(5));
  store.is(State::calm, 5'000);
  store.commit(1'000, most + milliseconds(1));
  store.commit(800, milliseconds(200));
  store.is(State::limiting, 990);
  store.commit(800, milliseconds(200));
  store.is(State::limiting, 400);
}

BOOST_AUTO_TEST_CASE(of_two_that_were_late_in_a_row_the_better_one_counts) {
  Committing store;
  store.commit(4'000, sudden_lateness * most + milliseconds(100));
  store.is(State::limiting, 800);
  // Few, in a pause of the disk.
  store.commit(300, milliseconds(200));
  store.is(State::limiting, 800);
  store.commit(300, milliseconds(50));
  store.commit(300, milliseconds(120));
  store.is(State::limiting, 600);
  // Twice is no pause.
  store.commit(400, milliseconds(200));
  store.is(State::limiting, 256);
}

BOOST_AUTO_TEST_CASE(so_late_that_it_is_no_pause_is_overload_at_once) {
  Committing store;
  store.commit(4'000, sudden_lateness * most);
  store.is(State::late, first_admitted_writes);
  Committing other;
  other.commit(4'000, sudden_lateness * most + milliseconds(100));
  other.is(State::limiting, 800);
}

BOOST_AUTO_TEST_CASE(the_limit_is_never_below_what_makes_a_commit_worth_its_sync) {
  Committing store;
  store.commit(2 * min_admitted_writes + 1, milliseconds(1'000));
  store.is(State::limiting, min_admitted_writes);
  for (int i = 0; i < 10; ++i) store.commit(1, milliseconds(1'000));
  store.is(State::limiting, min_admitted_writes);
}

BOOST_AUTO_TEST_CASE(a_store_that_hangs_is_noticed_before_it_completes_anything) {
  Committing store;
  store.overload.before_commit({2'000, 0}, store.now);
  store.overload.before_commit({3'000, 0}, store.now + sudden_lateness * most);
  store.is(State::calm, first_admitted_writes);
  store.overload.before_commit({4'000, 0}, store.now + sudden_lateness * most + milliseconds(1));
  store.is(State::limiting, min_admitted_writes);
}

BOOST_AUTO_TEST_CASE(only_writes_that_are_completed_count_however_many_come_meanwhile) {
  Committing store;
  store.overload.before_commit({1'000, 0}, store.now);
  store.overload.after_commit(999, store.now + milliseconds(10));
  store.overload.before_commit({5'000, 999}, store.now + milliseconds(10));
  store.overload.after_commit(999, store.now + milliseconds(10));
  store.is(State::calm, first_admitted_writes);
  // 1,200 in 20 ms.
  store.overload.after_commit(1'200, store.now + milliseconds(20));
  store.is(State::calm, 6'000);
}

BOOST_AUTO_TEST_CASE(overload_is_over_when_nothing_was_late_or_refused_for_a_while) {
  Committing store;
  store.commit(5'000, milliseconds(1'000));
  store.is(State::limiting, 500);
  const int commits = static_cast<int>(overload_memory / milliseconds(50));
  for (int i = 0; i < commits / 2; ++i) store.commit(250, milliseconds(50));
  store.overload.refused();
  for (int i = 0; i < commits; ++i) store.commit(250, milliseconds(50));
  store.is(State::limiting, 500);
  store.commit(250, milliseconds(50));
  store.is(State::calm, 500);
}

BOOST_AUTO_TEST_CASE(a_turn_looks_on_while_what_it_finds_are_writes) {
  constexpr int usual = max_polls_a_turn, most_looks = Overload::max_looks;
  const Committing store;
  // Mostly reads.
  const std::size_t few = usual * max_ready_a_turn / 2 - 1;
  BOOST_TEST(store.overload.looks_again(usual - 1, max_ready_a_turn, few));
  BOOST_TEST(!store.overload.looks_again(usual, max_ready_a_turn, few));
  // Half of them are writes.
  BOOST_TEST(store.overload.looks_again(usual, max_ready_a_turn, few + 1));
  BOOST_TEST(!store.overload.looks_again(usual, max_ready_a_turn - 1, few + 1));
  // None is admitted any more.
  BOOST_TEST(store.overload.looks_again(usual, 1, first_admitted_writes));
  BOOST_TEST(!store.overload.looks_again(usual, 1, first_admitted_writes - 1));
  BOOST_TEST(store.overload.looks_again(most_looks - 1, 1, first_admitted_writes));
  BOOST_TEST(!store.overload.looks_again(most_looks, 1, first_admitted_writes));
}

BOOST_AUTO_TEST_CASE(without_memory_no_creation_is_admitted_and_other_writes_are) {
  Committing store;
  BOOST_TEST(store.overload.admits_creation(first_admitted_writes - 1));
  BOOST_TEST(!store.overload.admits_creation(first_admitted_writes));
  store.overload.stop_creations(true);
  BOOST_TEST(!store.overload.admits_creation(0));
  store.commit(5'000, milliseconds(1'000));
  BOOST_TEST(!store.overload.admits_creation(0));
  store.is(State::limiting, 500);
  store.overload.stop_creations(false);
  BOOST_TEST(store.overload.admits_creation(499));
  BOOST_TEST(!store.overload.admits_creation(500));
  store.commit(5'000, milliseconds(2'000));
  BOOST_TEST(!store.overload.admits_creation(min_admitted_writes));
  Committing off(milliseconds(0));
  off.overload.stop_creations(true);
  BOOST_TEST(!off.overload.admits_creation(0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
