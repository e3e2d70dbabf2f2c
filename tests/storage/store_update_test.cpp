#include <thread>

#include "tests/storage/store_contract.hpp"

/// What every Store promises (storage/store.hpp) of replacements and removals, over each of them.
namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(store_update)

BOOST_DATA_TEST_CASE(a_user_is_replaced_and_removed_and_then_not_found, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  create(store, {"A", "B"});
  BOOST_TEST((replace(store, 1, {"New", "F", "a@b.c"}) == Status::ok));
  UserRecord user;
  BOOST_TEST((find(store, 1, user) == Status::ok));
  BOOST_TEST(user.view().last_name == "New");
  BOOST_TEST((remove(store, 1) == Status::ok));
  BOOST_TEST((find(store, 1, user) == Status::not_found));
  BOOST_TEST((remove(store, 1) == Status::not_found));
  BOOST_TEST((replace(store, 1, {"A", "B", "c"}) == Status::not_found));
  BOOST_TEST((replace(store, 3, {"A", "B", "c"}) == Status::not_found));
  BOOST_TEST(store.size() == 1U);
  BOOST_TEST((find(store, 2, user) == Status::ok));
}

BOOST_DATA_TEST_CASE(a_replacement_of_some_members_keeps_the_others_and_tells_the_whole, kinds,
                     kind) {
  OpenedStore opened(kind);
  create(*opened.store, {"A"});
  UserRecord whole;
  WriteOperation operation = replacement(1, {"", "Zed", ""});
  operation.members = set_of(Member::first_name);
  operation.merged = &whole;
  BOOST_TEST((write(*opened.store, operation) == Status::ok));
  BOOST_TEST((operation.user == UserView{"A", "Zed", "a@b.c"}));
  UserRecord user;
  find(*opened.store, 1, user);
  BOOST_TEST((user.view() == UserView{"A", "Zed", "a@b.c"}));
}

BOOST_DATA_TEST_CASE(a_write_whose_condition_fails_changes_nothing, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  create(store, {"A"});
  Condition stale;
  stale.match.add(version_of(1, {"A", "F", "a@b.c"}));
  WriteOperation first = replacement(1, {"B", "F", "a@b.c"});
  first.condition = &stale;
  BOOST_TEST((write(store, first) == Status::ok));
  WriteOperation second = replacement(1, {"C", "F", "a@b.c"});
  second.condition = &stale;
  BOOST_TEST((write(store, second) == Status::condition_failed));
  WriteOperation gone = removal(1);
  gone.condition = &stale;
  BOOST_TEST((write(store, gone) == Status::condition_failed));
  UserRecord user;
  find(store, 1, user);
  BOOST_TEST(user.view().last_name == "B");
  WriteOperation absent = removal(2);
  absent.condition = &stale;
  BOOST_TEST((write(store, absent) == Status::not_found));
}

BOOST_DATA_TEST_CASE(writes_of_one_turn_each_see_those_before, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  create(store, {"A", "B"});
  Condition is_second;
  is_second.match.add(version_of(1, {"second", "F", "a@b.c"}));
  std::deque<WriteOperation> operations;
  operations.push_back(replacement(1, {"second", "F", "a@b.c"}));
  operations.push_back(replacement(1, {"third", "F", "a@b.c"}));
  operations.back().condition = &is_second;
  operations.push_back(replacement(1, {"fourth", "F", "a@b.c"}));
  operations.back().condition = &is_second;
  operations.push_back(removal(2));
  operations.push_back(removal(2));
  operations.push_back(replacement(2, {"A", "B", "c"}));
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  for (WriteOperation& each : operations) session->write(each);
  owner.turn_until(*session, operations.size());
  const std::vector<Status> expected{Status::ok, Status::ok,        Status::condition_failed,
                                     Status::ok, Status::not_found, Status::not_found};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    BOOST_TEST((operations[i].status == expected[i]), i);
    BOOST_TEST(owner.written[i] == &operations[i]);
  }
  UserRecord user;
  BOOST_TEST((find(store, 1, user) == Status::ok));
  BOOST_TEST(user.view().last_name == "third");
}

BOOST_DATA_TEST_CASE(sessions_on_many_threads_lose_no_conditional_update, kinds, kind) {
  OpenedStore opened(kind);
  create(*opened.store, {"0"});
  constexpr int thread_count = 4;
  constexpr int updates = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < thread_count; ++t) {
    threads.emplace_back([&] {
      RecordingOwner owner;
      const auto session = opened.store->open_session(owner);
      for (int done = 0; done < updates;) {
        FindOperation look;
        look.id = 1;
        find(*session, owner, look);
        Condition condition;
        condition.match.add(version_of(1, look.user.view()));
        const std::string next =
            std::to_string(std::stoi(std::string(look.user.view().last_name)) + 1);
        WriteOperation operation = replacement(1, {next, "F", "a@b.c"});
        operation.condition = &condition;
        session->write(operation);
        owner.turn_until(*session, 1);
        owner.written.clear();
        if (operation.status == Status::ok) ++done;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  UserRecord user;
  find(*opened.store, 1, user);
  BOOST_TEST(user.view().last_name == std::to_string(thread_count * updates));
}

BOOST_DATA_TEST_CASE(a_durable_store_opened_again_has_what_was_replaced_and_not_what_was_removed,
                     kinds, kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  create(*opened.store, {"A", "B", "C"});
  replace(*opened.store, 1, {"New", "F", "a@b.c"});
  remove(*opened.store, 3);
  opened.close();
  opened.open();
  BOOST_TEST(opened.store->size() == 2U);
  UserRecord user;
  BOOST_TEST((find(*opened.store, 1, user) == Status::ok));
  BOOST_TEST(user.view().last_name == "New");
  BOOST_TEST((find(*opened.store, 3, user) == Status::not_found));
  BOOST_TEST(create(*opened.store, {"D"})[0].id == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
