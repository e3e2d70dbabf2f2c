#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/postgres/cluster.hpp"
#include "tests/postgres/held_lock.hpp"
#include "tests/postgres/instances.hpp"
#include "tests/storage/runs_of.hpp"
#include "tests/storage/store_contract.hpp"

/// The keys of uploads over a database, whose rows tell the instances who has which.
namespace rollcall::storage {
namespace {

using Verb = WriteOperation::Verb;

/// An upload with the key "k".
struct Upload {
  explicit Upload(Store& of) : store(of) {}

  Status open() {
    key = {};
    key.text = "k";
    UploadRuns given;
    key.runs = &given;
    const Status status = step(Verb::open_upload, key);
    runs = runs_of(given);
    return status;
  }
  Status close() { return step(Verb::close_upload, key); }
  Status line(std::uint64_t number) {
    IdempotencyKey of_line;
    of_line.upload = key.upload;
    of_line.line = number;
    return step(Verb::create, of_line);
  }
  /// Lines by their numbers, with these addresses, in one turn: what became of them.
  std::deque<WriteOperation> lines(const std::map<std::uint64_t, std::string>& emails) {
    RecordingOwner owner;
    const auto session = store.open_session(owner);
    std::deque<IdempotencyKey> keys;
    std::deque<WriteOperation> operations;
    for (const auto& [number, email] : emails) {
      IdempotencyKey& of_line = keys.emplace_back();
      of_line.upload = key.upload;
      of_line.line = number;
      WriteOperation& operation = operations.emplace_back();
      operation.user = {"L", "F", email};
      operation.key = &of_line;
      session->write(operation);
    }
    owner.turn_until(*session, operations.size());
    return operations;
  }

  Store& store;
  IdempotencyKey key;
  std::vector<UploadRun> runs;

 private:
  Status step(Verb verb, IdempotencyKey& with) {
    WriteOperation operation;
    operation.verb = verb;
    operation.user = {"L", "F", "a@b.c"};
    operation.key = &with;
    return write(store, operation);
  }
};

Status create_with_key(Store& store) {
  IdempotencyKey key;
  key.text = "k";
  WriteOperation operation;
  operation.user = {"L", "F", "a@b.c"};
  operation.key = &key;
  return write(store, operation);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uploads)

BOOST_AUTO_TEST_CASE(a_key_whose_upload_could_not_be_closed_is_free_when_its_lease_is_over) {
  Instances instances(1);
  Upload upload(*instances.all[0]);
  BOOST_TEST((upload.open() == Status::ok));
  instances.query("ALTER TABLE upload_runs RENAME TO away");
  BOOST_TEST((upload.close() == Status::io_error));
  instances.query("ALTER TABLE away RENAME TO upload_runs");
  instances.query("UPDATE idempotency_keys SET open_until = now()");
  BOOST_TEST((upload.open() == Status::ok));
  BOOST_TEST((upload.close() == Status::ok));
}

BOOST_AUTO_TEST_CASE(an_upload_keeps_its_key_as_long_as_it_is_open_however_old_the_key_is) {
  Instances instances(2);
  Upload upload(*instances.all[0]);
  Upload other(*instances.all[1]);
  BOOST_TEST((upload.open() == Status::ok));
  BOOST_TEST((upload.line(1) == Status::ok));
  instances.query("UPDATE idempotency_keys SET expires_at = now() - interval '1 day'");
  BOOST_TEST((other.open() == Status::key_in_flight));
  BOOST_TEST((create_with_key(*instances.all[1]) == Status::key_reused));
  BOOST_TEST((upload.line(2) == Status::ok));
  BOOST_TEST((upload.close() == Status::ok));
  BOOST_TEST((other.open() == Status::ok));
  BOOST_TEST(other.runs.size() == 1U);
  BOOST_TEST((other.close() == Status::ok));
  instances.query("UPDATE idempotency_keys SET expires_at = now() - interval '1 day'");
  BOOST_TEST((create_with_key(*instances.all[1]) == Status::ok));
}

BOOST_AUTO_TEST_CASE(each_line_renews_the_lease_of_its_upload) {
  Instances instances(1);
  Upload upload(*instances.all[0]);
  BOOST_TEST((upload.open() == Status::ok));
  instances.query("UPDATE idempotency_keys SET open_until = '2001-01-01'");
  BOOST_TEST((upload.line(1) == Status::ok));
  BOOST_TEST(instances.query("SELECT open_until > now() FROM idempotency_keys") == "t\n");
  BOOST_TEST((upload.close() == Status::ok));
  BOOST_TEST(instances.query("SELECT open_until IS NULL FROM idempotency_keys") == "t\n");
}

/// As after a minute in which its instance was stopped: its lease is over, and it goes on.
BOOST_AUTO_TEST_CASE(who_opens_an_upload_waits_for_the_line_that_is_being_created) {
  Instances instances(2);
  Upload upload(*instances.all[0]);
  Upload other(*instances.all[1]);
  // It is not to wait for ids.
  create(*instances.all[1], {"A"});
  BOOST_TEST((upload.open() == Status::ok));
  BOOST_TEST((upload.line(1) == Status::ok));
  instances.query(
      "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
      "pg_advisory_xact_lock_shared(1); RETURN NEW; END'");
  instances.query(
      "CREATE TRIGGER waits BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION wait()");
  Status created = Status::unavailable;
  Status opened = Status::unavailable;
  std::atomic<bool> has_opened{false};
  std::vector<std::thread> threads;
  {
    const tests::HeldLock lock(instances.schema +
                               ".lanes IN ACCESS SHARE MODE; SELECT pg_advisory_xact_lock(1)");
    threads.emplace_back([&] { created = upload.line(2); });
    tests::HeldLock::wait_for_waiting(1);
    instances.query("SET lock_timeout = 200; UPDATE idempotency_keys SET open_until = now()");
    threads.emplace_back([&] {
      opened = other.open();
      has_opened = true;
    });
    while (!has_opened && !tests::HeldLock::is_waiting(2)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  for (std::thread& each : threads) each.join();
  BOOST_TEST((created == Status::ok));
  BOOST_TEST((opened == Status::key_in_flight));
  BOOST_TEST((upload.close() == Status::ok));
}

/// A batch may hold it, and wait for another key that the upkeep holds.
BOOST_AUTO_TEST_CASE(upkeep_does_not_wait_for_a_key_that_is_locked) {
  Instances instances(2);
  Store& store = *instances.all[0];
  Upload upload(store);
  BOOST_TEST((upload.open() == Status::ok));
  {
    const std::string keys = instances.schema + ".idempotency_keys";
    const tests::HeldLock lock(keys + " IN ROW SHARE MODE; SELECT FROM " + keys + " FOR UPDATE");
    create(*instances.all[1], {"A"});
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (store.size() == 0 && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    BOOST_TEST(store.size() == 1U);
  }
  BOOST_TEST((upload.close() == Status::ok));
}

/// The first attempt at them is made, and undone, as one run.
BOOST_AUTO_TEST_CASE(a_line_whose_address_others_have_made_unique_is_refused_and_no_other_is_lost) {
  const std::map<std::uint64_t, std::string> all{
      {1, "a@b.c"}, {2, "taken@b.c"}, {3, "b@b.c"}, {4, "a@b.c"}, {5, "c@b.c"}};
  const std::map<std::uint64_t, std::string> refused{{2, all.at(2)}, {4, all.at(4)}};
  for (const std::string ids : {"", "&ids=ordered"}) {
    BOOST_TEST_CONTEXT("ids " << ids) {
      Instances instances(1, {}, ids);
      WriteOperation taken;
      taken.user = {"L", "F", all.at(2)};
      BOOST_TEST((write(*instances.all[0], taken) == Status::ok));
      Upload upload(*instances.all[0]);
      BOOST_TEST((upload.open() == Status::ok));
      StoreRules rules;
      rules.unique_email = true;
      instances.all.push_back(open_store(instances.url, {.rules = rules}, {}));
      const auto answers = upload.lines(all);
      BOOST_TEST((upload.close() == Status::ok));
      std::map<std::uint64_t, UserId> made;
      for (std::uint64_t number = 1; number <= all.size(); ++number) {
        const WriteOperation& answer = answers[number - 1];
        const bool is_taken = refused.contains(number);
        BOOST_TEST((answer.status == (is_taken ? Status::email_taken : Status::ok)), number);
        if (is_taken) continue;
        made[number] = answer.id;
        UserRecord user;
        BOOST_TEST((find(*instances.all[0], answer.id, user) == Status::ok), number);
        BOOST_TEST(user.view().email == all.at(number));
      }
      BOOST_TEST(instances.query("SELECT count(*) FROM users") == "4\n");
      for (const auto& store : instances.all) {
        Upload retry(*store);
        BOOST_TEST((retry.open() == Status::ok));
        std::map<std::uint64_t, UserId> known;
        for (const UploadRun& run : retry.runs) {
          for (std::uint64_t i = 0; i < run.count; ++i) known[run.line + i] = run.id + i;
        }
        BOOST_TEST((known == made));
        for (const WriteOperation& each : retry.lines(refused)) {
          BOOST_TEST((each.status == Status::email_taken));
        }
        BOOST_TEST((retry.close() == Status::ok));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
