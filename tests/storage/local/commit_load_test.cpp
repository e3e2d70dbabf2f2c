#include "storage/local/commit_load.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

/// Long enough for the averages to be what was noted.
void commits(CommitLoad& load, std::size_t writes, std::size_t waiting,
             nanoseconds sync = microseconds(60)) {
  for (int i = 0; i < 500; ++i) load.note_commit(writes, waiting, sync);
}

/// `tenths` of a write more than `writes` on average, near enough.
void commits_of_tenths(CommitLoad& load, std::size_t writes, int tenths) {
  for (int i = 0; i < 500; ++i) {
    load.note_commit(writes + (i * tenths % 10 < tenths ? 1 : 0), 0, microseconds(60));
  }
}

CommitLoad of_few() {
  CommitLoad load;
  commits(load, 4, 0);
  BOOST_TEST_REQUIRE(load.wants_thread());
  return load;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commit_load)

BOOST_AUTO_TEST_CASE(two_clients_and_many_clients_want_no_thread_but_a_few_do) {
  for (const std::size_t writes : {3U, 4U, 5U}) {
    CommitLoad load;
    commits(load, writes, 0);
    // It stays with what it has chosen.
    for (int i = 0; i < 100; ++i) {
      load.note_commit(writes, 0, microseconds(60));
      BOOST_TEST(load.wants_thread());
    }
  }
  for (const std::size_t writes : {1U, 2U, 6U, 64U}) {
    CommitLoad load;
    commits(load, 64, 0);
    commits(load, writes, 0);
    for (int i = 0; i < 100; ++i) {
      load.note_commit(writes, 0, microseconds(60));
      BOOST_TEST(!load.wants_thread());
    }
  }
}

BOOST_AUTO_TEST_CASE(averages_just_beside_a_bound_are_on_their_side_of_it) {
  CommitLoad below, above;
  commits_of_tenths(below, 2, 3);
  commits_of_tenths(above, 2, 7);
  BOOST_TEST(!below.wants_thread());
  BOOST_TEST(above.wants_thread());
}

BOOST_AUTO_TEST_CASE(a_sync_that_takes_no_time_is_not_worth_a_thread) {
  for (const auto& [sync, wanted] : {std::pair(min_sync_to_hide - nanoseconds(10), false),
                                     std::pair(min_sync_to_hide + nanoseconds(10), true)}) {
    CommitLoad load;
    commits(load, 4, 0, sync);
    BOOST_TEST(load.wants_thread() == wanted);
  }
}

BOOST_AUTO_TEST_CASE(a_sync_that_takes_so_long_that_the_disk_decides_is_not_worth_a_thread) {
  constexpr nanoseconds most = max_sync_to_hide_a_write;
  constexpr nanoseconds most_to_keep = max_sync_to_keep_thread_a_write;
  constexpr nanoseconds a_bit{10};
  for (const std::size_t waiting : {0U, 4U}) {
    CommitLoad load = of_few();
    const auto wants_thread = [&](nanoseconds sync_a_write, std::size_t writes) {
      commits(load, 4, waiting, sync_a_write * static_cast<int>(writes));
      return load.wants_thread();
    };
    BOOST_TEST(wants_thread(most_to_keep - a_bit, 4 + waiting));
    BOOST_TEST(!wants_thread(most_to_keep + a_bit, 4 + waiting));
    // Now those that wait are of the next turn.
    BOOST_TEST(!wants_thread(most + a_bit, 4));
    BOOST_TEST(wants_thread(most - a_bit, 4));
  }
}

BOOST_AUTO_TEST_CASE(while_a_thread_leads_what_waits_counts_too) {
  struct Case {
    std::size_t writes, waiting;
    bool stops;
  };
  for (const Case& each : {Case{1, 0, true}, Case{1, 1, true}, Case{1, 2, false}, Case{5, 5, false},
                           Case{5, 6, true}}) {
    CommitLoad load = of_few();
    bool stopped = false;
    for (int i = 0; i < 500 && !stopped; ++i) {
      load.note_commit(each.writes, each.waiting, microseconds(60));
      stopped = !load.wants_thread();
    }
    BOOST_TEST(stopped == each.stops);
  }
}

BOOST_AUTO_TEST_CASE(half_is_of_all_that_is_under_way_and_only_if_a_thread_hides_the_sync) {
  CommitLoad load = of_few();
  commits(load, 4, 4);
  BOOST_TEST(load.half().value() == 4U);
  commits(load, 3, 0);
  BOOST_TEST(load.half().value() == 2U);
  commits(load, 64, 0);
  BOOST_TEST(!load.half());
  load.note_turn(true, true);
  BOOST_TEST(load.wants_thread());
  BOOST_TEST(!load.half());
}

BOOST_AUTO_TEST_CASE(a_mixed_turn_is_remembered_for_some_turns_with_writes) {
  CommitLoad load;
  load.note_turn(false, true);
  for (int i = 0; i < turns_of_memory; ++i) {
    BOOST_TEST(load.wants_thread());
    load.note_turn(false, false);
    load.note_turn(true, false);
  }
  BOOST_TEST(!load.wants_thread());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
