#include <atomic>
#include <thread>

#include "storage/sqlite/database.hpp"
#include "tests/storage/sqlite/old_schema.hpp"
#include "tests/storage/store_contract.hpp"

/// What every Store promises of idempotency keys and of unique addresses, over each of them.
namespace rollcall::storage {
namespace {

StoreRules unique() {
  StoreRules rules;
  rules.unique_email = true;
  return rules;
}

struct KeyedCreate {
  KeyedCreate(std::string_view text, const UserView& user) {
    key.text = text;
    operation.key = &key;
    operation.user = user;
  }
  IdempotencyKey key;
  WriteOperation operation;
};

/// A replacement of some members with a key.
struct KeyedPatch {
  KeyedPatch(std::string_view text, UserId id, MemberSet members, const UserView& user) {
    key.text = text;
    operation.verb = WriteOperation::Verb::replace;
    operation.key = &key;
    operation.id = id;
    operation.members = members;
    operation.user = user;
    operation.merged = &whole;
  }
  IdempotencyKey key;
  UserRecord whole;
  WriteOperation operation;
};

constexpr MemberSet email_only = set_of(Member::email);

Status patch_email(Store& store, std::string_view key, UserId id, std::string_view email,
                   const Condition* condition = nullptr) {
  KeyedPatch patch(key, id, email_only, {"", "", email});
  patch.operation.condition = condition;
  return write(store, patch.operation);
}

Status create_with(Store& store, std::string_view email) {
  WriteOperation operation;
  operation.user = {"L", "F", email};
  return write(store, operation);
}

const UserView meere{"Meere", "John", "johnm@gmail.com"};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_rules)

BOOST_DATA_TEST_CASE(a_creation_that_is_asked_for_again_is_made_once, kinds, kind) {
  OpenedStore opened(kind);
  KeyedCreate first("k", meere);
  BOOST_TEST((write(*opened.store, first.operation) == Status::ok));
  const UserId id = first.operation.id;
  for (int i = 0; i < 2; ++i) {
    KeyedCreate again("k", meere);
    BOOST_TEST((write(*opened.store, again.operation) == Status::replayed));
    BOOST_TEST(again.operation.id == id);
    KeyedCreate other("k", {"Other", "John", "johnm@gmail.com"});
    BOOST_TEST((write(*opened.store, other.operation) == Status::key_reused));
    if (!kind.durable) break;
    opened.close();
    opened.open();
  }
  BOOST_TEST(opened.store->size() == 1U);
}

BOOST_DATA_TEST_CASE(of_two_creations_with_one_key_in_one_batch_the_second_is_in_flight, kinds,
                     kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  RecordingOwner owner;
  const auto session = opened.store->open_session(owner);
  KeyedCreate first("k", meere);
  KeyedCreate second("k", meere);
  session->write(first.operation);
  session->write(second.operation);
  owner.turn_until(*session, 2);
  BOOST_TEST((first.operation.status == Status::ok));
  BOOST_TEST((second.operation.status == Status::key_in_flight));
}

BOOST_DATA_TEST_CASE(a_partial_replacement_that_is_asked_for_again_is_made_once, kinds, kind) {
  OpenedStore opened(kind);
  BOOST_TEST((create_with(*opened.store, "old@b.c") == Status::ok));
  BOOST_TEST((patch_email(*opened.store, "k", 1, "new@b.c") == Status::ok));
  for (int i = 0; i < 3; ++i) {
    Store& store = *opened.store;
    // What happens to the user meanwhile changes nothing in the answer.
    if (i == 0) BOOST_TEST((replace(store, 1, {"Other", "Other", "other@b.c"}) == Status::ok));
    if (i == 2) BOOST_TEST((remove(store, 1) == Status::ok));
    KeyedPatch again("k", 1, email_only, {"", "", "new@b.c"});
    BOOST_TEST((write(store, again.operation) == Status::replayed));
    BOOST_TEST(again.operation.user.last_name == "L");
    BOOST_TEST(again.operation.user.first_name == "F");
    BOOST_TEST(again.operation.user.email == "new@b.c");
    UserRecord now;
    BOOST_TEST((find(store, 1, now) == (i < 2 ? Status::ok : Status::not_found)));
    if (i < 2) BOOST_TEST(now.view().email == "other@b.c");
    if (!kind.durable) continue;
    opened.close();
    opened.open();
  }
}

BOOST_DATA_TEST_CASE(a_replacement_of_all_members_has_a_key_too, kinds, kind) {
  OpenedStore opened(kind);
  BOOST_TEST((create_with(*opened.store, "old@b.c") == Status::ok));
  for (const Status expected : {Status::ok, Status::replayed}) {
    KeyedPatch patch("k", 1, all_members, meere);
    patch.operation.merged = nullptr;
    BOOST_TEST((write(*opened.store, patch.operation) == expected));
    BOOST_TEST(patch.operation.user.email == meere.email);
    if (!kind.durable) continue;
    opened.close();
    opened.open();
  }
}

BOOST_DATA_TEST_CASE(a_key_stands_for_one_write_of_one_user, kinds, kind) {
  OpenedStore opened(kind);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST((create_with(*opened.store, "old@b.c") == Status::ok));
  }
  KeyedCreate first("c", meere);
  BOOST_TEST((write(*opened.store, first.operation) == Status::ok));
  BOOST_TEST((patch_email(*opened.store, "k", 1, "F") == Status::ok));
  for (int i = 0; i < 2; ++i) {
    Store& store = *opened.store;
    BOOST_TEST((patch_email(store, "k", 1, "x@b.c") == Status::key_reused));
    BOOST_TEST((patch_email(store, "k", 2, "F") == Status::key_reused));
    KeyedPatch other_member("k", 1, set_of(Member::first_name), {"", "F", ""});
    BOOST_TEST((write(store, other_member.operation) == Status::key_reused));
    KeyedPatch whole("k", 1, all_members, {"L", "F", "F"});
    BOOST_TEST((write(store, whole.operation) == Status::key_reused));
    KeyedCreate creation("k", {"L", "F", "F"});
    BOOST_TEST((write(store, creation.operation) == Status::key_reused));
    KeyedPatch as_created("c", 3, all_members, meere);
    BOOST_TEST((write(store, as_created.operation) == Status::key_reused));
    if (!kind.durable) break;
    opened.close();
    opened.open();
  }
}

BOOST_DATA_TEST_CASE(a_key_is_looked_up_before_the_condition_and_a_refused_write_leaves_none, kinds,
                     kind) {
  OpenedStore opened(kind, unique());
  Store& store = *opened.store;
  BOOST_TEST((patch_email(store, "k", 1, "new@b.c") == Status::not_found));
  BOOST_TEST((create_with(store, "old@b.c") == Status::ok));
  BOOST_TEST((create_with(store, "new@b.c") == Status::ok));
  BOOST_TEST((patch_email(store, "k", 1, "new@b.c") == Status::email_taken));
  BOOST_TEST((remove(store, 2) == Status::ok));
  Condition other, old;
  other.match.add(version_of(2, {"L", "F", "old@b.c"}));
  old.match.add(version_of(1, {"L", "F", "old@b.c"}));
  BOOST_TEST((patch_email(store, "k", 1, "new@b.c", &other) == Status::condition_failed));
  BOOST_TEST((patch_email(store, "k", 1, "new@b.c", &old) == Status::ok));
  BOOST_TEST((patch_email(store, "k", 1, "new@b.c", &old) == Status::replayed));
  BOOST_TEST((patch_email(store, "other", 1, "new@b.c", &old) == Status::condition_failed));
}

BOOST_DATA_TEST_CASE(of_two_partial_replacements_with_one_key_in_one_batch_one_is_in_flight, kinds,
                     kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  BOOST_TEST((create_with(*opened.store, "old@b.c") == Status::ok));
  RecordingOwner owner;
  const auto session = opened.store->open_session(owner);
  KeyedPatch first("k", 1, email_only, {"", "", "new@b.c"});
  KeyedPatch second("k", 1, email_only, {"", "", "new@b.c"});
  session->write(first.operation);
  session->write(second.operation);
  owner.turn_until(*session, 2);
  BOOST_TEST((first.operation.status == Status::ok));
  BOOST_TEST((second.operation.status == Status::key_in_flight));
}

BOOST_DATA_TEST_CASE(the_key_of_a_partial_replacement_is_known_for_its_lifetime, kinds, kind) {
  // The database's clock can't be set: tests/postgres ages the rows.
  if (kind.shared) return;
  StoreRules rules;
  rules.keys.lifetime = std::chrono::seconds(10);
  OpenedStore opened(kind, rules);
  auto now = std::chrono::steady_clock::now();
  const auto look_at_clock = [&] {
    RecordingOwner owner;
    opened.store->open_session(owner)->tick(now);
    // Whoever commits sees the time before the batch.
    create(*opened.store, {"X"});
  };
  const auto pass = [&](std::chrono::seconds time) {
    look_at_clock();
    now += time;
    look_at_clock();
  };
  BOOST_TEST((create_with(*opened.store, "old@b.c") == Status::ok));
  BOOST_TEST((patch_email(*opened.store, "k", 1, "new@b.c") == Status::ok));
  pass(rules.keys.lifetime - std::chrono::seconds(1));
  BOOST_TEST((patch_email(*opened.store, "k", 1, "new@b.c") == Status::replayed));
  pass(key_slack + std::chrono::seconds(1));
  BOOST_TEST((patch_email(*opened.store, "k", 1, "new@b.c") == Status::ok));
  if (kind.durable) {
    opened.close();
    opened.open();
  }
  BOOST_TEST((patch_email(*opened.store, "k", 1, "new@b.c") == Status::replayed));
}

BOOST_DATA_TEST_CASE(an_address_that_another_user_has_is_refused_and_free_once_it_is_gone, kinds,
                     kind) {
  OpenedStore opened(kind, unique());
  Store& store = *opened.store;
  BOOST_TEST((create_with(store, "a@b.c") == Status::ok));
  BOOST_TEST((create_with(store, "A@b.C") == Status::email_taken));
  BOOST_TEST((create_with(store, "x@b.c") == Status::ok));
  if (kind.durable) {
    opened.close();
    opened.open();
  }
  Store& again = *opened.store;
  BOOST_TEST((create_with(again, "a@b.c") == Status::email_taken));
  BOOST_TEST((replace(again, 1, {"L", "F", "X@b.c"}) == Status::email_taken));
  BOOST_TEST((replace(again, 1, {"L", "F", "new@b.c"}) == Status::ok));
  BOOST_TEST((create_with(again, "a@b.c") == Status::ok));
  BOOST_TEST((remove(again, 1) == Status::ok));
  BOOST_TEST((create_with(again, "new@b.c") == Status::ok));
}

BOOST_DATA_TEST_CASE(of_threads_that_create_the_same_address_one_wins, kinds, kind) {
  OpenedStore opened(kind, unique());
  std::atomic<int> won{0};
  std::atomic<int> lost{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const std::string email = "user" + std::to_string(i) + "@b.c";
        const Status status = create_with(*opened.store, email);
        ++(status == Status::ok ? won : lost);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  BOOST_TEST(won == 50);
  BOOST_TEST(lost == 150);
  BOOST_TEST(opened.store->size() == 50U);
}

BOOST_AUTO_TEST_CASE(a_file_with_a_shared_address_is_refused_with_the_ids_and_not_the_address) {
  OpenedStore opened(sqlite_by_turn);
  for (const char* email : {"a@b.c", "x@b.c", "A@B.c"}) create_with(*opened.store, email);
  opened.close();
  const std::string path = opened.directory.file("a.db");
  const std::string url = "sqlite:" + path;
  // Also one that would be brought up to date stays as it is.
  int code = -1;
  {
    SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
    BOOST_TEST(database.execute(downgrade_sql(1).c_str()) == 0);
  }
  const std::vector<std::vector<UserId>> shared{{1, 3}};
  BOOST_CHECK_EXCEPTION(open_store(url, {CommitBy::turn, unique()}, {}), StoreOpenError,
                        [&](const StoreOpenError& error) {
                          const OpenFailure& failure = error.failure();
                          return failure.reason == OpenFailure::Reason::shared_emails &&
                                 failure.ids == shared;
                        });
  SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
  BOOST_TEST(database.query_integer("PRAGMA user_version", code) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
