#include <atomic>
#include <thread>

#include "storage/sqlite/database.hpp"
#include "tests/storage/store_contract.hpp"

/// What every Store promises of keys of creations and of unique addresses, over each of them.
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
  OpenedStore opened(kinds[1]);
  for (const char* email : {"a@b.c", "x@b.c", "A@B.c"}) create_with(*opened.store, email);
  opened.close();
  const std::string path = opened.directory.file("a.db");
  const std::string url = "sqlite:" + path;
  // Also one that would be brought up to date stays as it is.
  int code = -1;
  {
    SqliteDatabase database(path, SqliteDatabase::Access::read_write, nullptr, code);
    BOOST_TEST(database.execute("DROP TABLE idempotency_keys; PRAGMA user_version = 1") == 0);
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
