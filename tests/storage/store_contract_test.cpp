#include <set>
#include <thread>

#include "tests/storage/store_contract.hpp"

/// What every Store promises (storage/store.hpp) of creations and finds, over each of them.
namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(store_contract)

BOOST_DATA_TEST_CASE(creates_of_a_session_are_completed_in_order_with_rising_ids, kinds, kind) {
  OpenedStore opened(kind);
  UserId last = 0;
  for (int turn = 0; turn < 3; ++turn) {
    for (const WriteOperation& each : create(*opened.store, {"A", "B", "C"})) {
      BOOST_TEST((each.status == Status::ok));
      BOOST_TEST(each.id > last);
      last = each.id;
    }
  }
  BOOST_TEST(opened.store->size() == 9U);
  BOOST_TEST((opened.store->health() == Status::ok));
}

BOOST_DATA_TEST_CASE(a_user_is_found_once_its_create_is_completed, kinds, kind) {
  OpenedStore opened(kind);
  const auto operations = create(*opened.store, {"Ł", "B"});
  UserRecord user;
  BOOST_TEST((find(*opened.store, operations[0].id, user) == Status::ok));
  BOOST_TEST(user.view().last_name == "Ł");
  BOOST_TEST((find(*opened.store, operations[1].id + 1, user) == Status::not_found));
  BOOST_TEST((find(*opened.store, max_user_id, user) == Status::not_found));
}

BOOST_DATA_TEST_CASE(a_session_tells_how_many_writes_wait_and_how_many_are_completed, kinds, kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  RecordingOwner owner;
  const auto session = opened.store->open_session(owner);
  std::deque<WriteOperation> operations(3);
  for (WriteOperation& each : operations) {
    each.user = {"A", "B", "a@b.c"};
    session->write(each);
  }
  BOOST_TEST(session->pending_writes() == 3U);
  BOOST_TEST(session->completed_writes() == 0U);
  owner.turn_until(*session, 3);
  BOOST_TEST(session->pending_writes() == 0U);
  BOOST_TEST(session->completed_writes() == 3U);
}

BOOST_DATA_TEST_CASE(a_durable_create_is_not_visible_before_its_turn_ends, kinds, kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  RecordingOwner owner;
  const auto session = opened.store->open_session(owner);
  WriteOperation operation;
  operation.user = {"A", "B", "a@b.c"};
  session->write(operation);
  UserRecord user;
  BOOST_TEST((find(*opened.store, 1, user) == Status::not_found));
  BOOST_TEST(owner.written.empty());
  owner.turn_until(*session, 1);
  BOOST_TEST((find(*opened.store, 1, user) == Status::ok));
}

BOOST_DATA_TEST_CASE(sessions_on_many_threads_get_every_id_once, kinds, kind) {
  OpenedStore opened(kind);
  constexpr int thread_count = 4;
  constexpr std::size_t turns = 50;
  std::vector<std::vector<UserId>> ids(thread_count);
  std::vector<std::thread> threads;
  for (int t = 0; t < thread_count; ++t) {
    threads.emplace_back([&, t] {
      RecordingOwner owner;
      const auto session = opened.store->open_session(owner);
      std::deque<WriteOperation> operations;
      for (std::size_t turn = 1; turn <= turns; ++turn) {
        for (int i = 0; i < 5; ++i) {
          operations.emplace_back().user = {"A", "B", "a@b.c"};
          session->write(operations.back());
        }
        owner.turn_until(*session, turn * 5);
      }
      for (const WriteOperation* each : owner.written)
        ids[static_cast<std::size_t>(t)].push_back(each->id);
    });
  }
  for (std::thread& each : threads) each.join();
  std::set<UserId> all;
  for (const auto& of_thread : ids) {
    BOOST_TEST(std::is_sorted(of_thread.begin(), of_thread.end()));
    all.insert(of_thread.begin(), of_thread.end());
  }
  BOOST_TEST(all.size() == thread_count * turns * 5);
  BOOST_TEST(*all.rbegin() == all.size());
}

BOOST_DATA_TEST_CASE(a_durable_store_opened_again_has_every_user_and_goes_on_counting, kinds,
                     kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  create(*opened.store, {"A", "B"});
  opened.close();
  opened.open();
  BOOST_TEST(opened.store->size() == 2U);
  UserRecord user;
  BOOST_TEST((find(*opened.store, 2, user) == Status::ok));
  BOOST_TEST(user.view().last_name == "B");
  BOOST_TEST(create(*opened.store, {"C"})[0].id == 3U);
}

BOOST_AUTO_TEST_CASE(one_write_more_than_may_wait_is_refused_and_the_others_are_kept) {
  OpenedStore opened(durable_kind);
  for (const std::size_t beyond : {-1, 0, 1}) {
    RecordingOwner owner;
    const auto session = opened.store->open_session(owner);
    std::deque<WriteOperation> operations(max_pending_writes + beyond);
    for (WriteOperation& each : operations) {
      each.user = {"A", "B", "a@b.c"};
      session->write(each);
    }
    BOOST_TEST(owner.written.size() == (beyond == 1 ? 1U : 0U));
    owner.turn_until(*session, operations.size());
    const auto refused = std::count_if(operations.begin(), operations.end(), [](const auto& each) {
      return each.status == Status::queue_full;
    });
    BOOST_TEST(refused == (beyond == 1 ? 1 : 0));
  }
  BOOST_TEST(opened.store->size() == 3 * max_pending_writes - 1);
}

BOOST_AUTO_TEST_CASE(a_stream_has_room_until_half_of_the_writes_that_may_wait_do) {
  OpenedStore opened(durable_kind);
  for (const std::size_t beyond : {-1, 0, 1}) {
    RecordingOwner owner;
    const auto session = opened.store->open_session(owner);
    std::deque<WriteOperation> operations(max_pending_stream_writes + beyond);
    for (WriteOperation& each : operations) {
      each.user = {"A", "B", "a@b.c"};
      session->write(each);
    }
    BOOST_TEST(session->has_room() == (beyond == std::size_t(-1)));
    owner.turn_until(*session, operations.size());
    BOOST_TEST(session->has_room());
  }
}

BOOST_AUTO_TEST_CASE(each_of_two_sessions_has_half_of_the_room_and_its_own) {
  OpenedStore opened(durable_kind);
  RecordingOwner owner;
  RecordingOwner other_owner;
  const auto session = opened.store->open_session(owner);
  {
    const auto other = opened.store->open_session(other_owner);
    std::deque<WriteOperation> operations(max_pending_stream_writes / 2);
    for (WriteOperation& each : operations) {
      BOOST_TEST(session->has_room());
      each.user = {"A", "B", "a@b.c"};
      session->write(each);
    }
    BOOST_TEST(!session->has_room());
    BOOST_TEST(other->has_room());
    owner.turn_until(*session, operations.size());
    BOOST_TEST(session->has_room());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
