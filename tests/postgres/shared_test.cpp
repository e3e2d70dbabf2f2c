#include <atomic>
#include <boost/test/unit_test.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "tests/postgres/cluster.hpp"
#include "tests/postgres/instances.hpp"
#include "tests/storage/runs_of.hpp"
#include "tests/storage/store_contract.hpp"

/// Several instances over one database.
namespace rollcall::storage {
namespace {

Status create_with(Store& store, const std::string& email) {
  WriteOperation operation;
  operation.user = {"L", "F", email};
  return write(store, operation);
}

/// On any thread: Boost.Test checks on that of the test only.
std::deque<WriteOperation> create_unchecked(Store& store, std::size_t count) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  std::deque<WriteOperation> operations(count);
  for (WriteOperation& each : operations) {
    each.user = {"L", "F", "a@b.c"};
    session->write(each);
  }
  owner.turn_until(*session, count);
  return operations;
}

/// Those of all stores to the database.
void end_connections() {
  tests::shared_cluster().query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = "
      "'rollcall'");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shared)

BOOST_AUTO_TEST_CASE(every_id_is_given_once_and_every_user_is_read_through_any_instance) {
  Instances instances(3);
  std::mutex mutex;
  std::vector<UserId> ids;
  std::vector<std::thread> threads;
  for (const auto& store : instances.all) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto made = create_unchecked(*store, 100);
        const std::lock_guard lock(mutex);
        for (const WriteOperation& each : made) ids.push_back(each.id);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  BOOST_TEST(std::set<UserId>(ids.begin(), ids.end()).size() == 6'000U);
  for (const auto& store : instances.all) {
    UserRecord user;
    for (std::size_t i = 0; i < ids.size(); i += 500) {
      BOOST_TEST((find(*store, ids[i], user) == Status::ok));
    }
  }
  BOOST_TEST(
      instances.query("SELECT count(*) = sum(1), (SELECT sum(users) FROM lanes) FROM users") ==
      "t|6000\n");
}

BOOST_AUTO_TEST_CASE(what_one_instance_wrote_another_reads_at_once_and_counts_soon) {
  Instances instances(2);
  Store& one = *instances.all[0];
  Store& other = *instances.all[1];
  create(one, {"A"});
  UserRecord user;
  BOOST_TEST((find(other, 1, user) == Status::ok));
  BOOST_TEST((replace(other, 1, {"B", "F", "b@b.c"}) == Status::ok));
  BOOST_TEST((find(one, 1, user) == Status::ok));
  BOOST_TEST(user.view().last_name == "B");
  BOOST_TEST((remove(one, 1) == Status::ok));
  BOOST_TEST((find(other, 1, user) == Status::not_found));
  create(one, {"A", "B"});
  while (other.size() != 2) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

BOOST_AUTO_TEST_CASE(no_conditional_update_is_lost_between_instances) {
  Instances instances(3);
  create(*instances.all[0], {"0"});
  constexpr int updates = 60;
  std::vector<std::thread> threads;
  for (const auto& store : instances.all) {
    threads.emplace_back([&] {
      for (int done = 0; done < updates;) {
        UserRecord now;
        find(*store, 1, now);
        Condition condition;
        condition.match.add(version_of(1, now.view()));
        const std::string next = std::to_string(std::stoi(std::string(now.view().last_name)) + 1);
        WriteOperation operation = replacement(1, {next, "F", "a@b.c"});
        operation.condition = &condition;
        if (write(*store, operation) == Status::ok) ++done;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  UserRecord user;
  find(*instances.all[0], 1, user);
  BOOST_TEST(user.view().last_name == std::to_string(3 * updates));
}

BOOST_AUTO_TEST_CASE(a_key_and_a_unique_address_are_those_of_all_instances) {
  StoreRules rules;
  rules.unique_email = true;
  Instances instances(3, rules);
  std::atomic<int> made{0}, replayed{0}, taken{0}, others{0};
  std::vector<std::thread> threads;
  std::vector<std::set<UserId>> ids(instances.all.size());
  for (std::size_t t = 0; t < instances.all.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i) {
        const std::string text = "key-" + std::to_string(i);
        const std::string email = text + "@b.c";
        IdempotencyKey key;
        key.text = text;
        WriteOperation keyed;
        keyed.user = {"L", "F", email};
        keyed.key = &key;
        const Status status = write(*instances.all[t], keyed);
        ++(status == Status::ok ? made : status == Status::replayed ? replayed : others);
        ids[t].insert(keyed.id);
        WriteOperation plain;
        plain.user = {"L", "F", email};
        if (write(*instances.all[t], plain) == Status::email_taken) ++taken;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  BOOST_TEST(made == 40);
  BOOST_TEST(replayed == 80);
  BOOST_TEST(others == 0);
  BOOST_TEST(taken == 120);
  BOOST_TEST((ids[0] == ids[1] && ids[1] == ids[2]));
}

BOOST_AUTO_TEST_CASE(an_upload_has_its_key_for_itself_among_all_instances) {
  Instances instances(2);
  RecordingOwner owner;
  const auto session = instances.all[0]->open_session(owner);
  UploadRuns runs;
  const auto open = [&](Store& store, IdempotencyKey& key) {
    key.text = "k";
    key.runs = &runs;
    WriteOperation operation;
    operation.verb = WriteOperation::Verb::open_upload;
    operation.key = &key;
    return write(store, operation);
  };
  IdempotencyKey first, second;
  BOOST_TEST((open(*instances.all[0], first) == Status::ok));
  BOOST_TEST((open(*instances.all[1], second) == Status::key_in_flight));
  IdempotencyKey line;
  line.upload = first.upload;
  line.line = 1;
  WriteOperation created;
  created.user = {"L", "F", "a@b.c"};
  created.key = &line;
  BOOST_TEST((write(*instances.all[0], created) == Status::ok));
  WriteOperation closing;
  closing.verb = WriteOperation::Verb::close_upload;
  closing.key = &first;
  BOOST_TEST((write(*instances.all[0], closing) == Status::ok));
  BOOST_TEST((open(*instances.all[1], second) == Status::ok));
  BOOST_REQUIRE(runs_of(runs).size() == 1U);
  BOOST_TEST(runs.front().id == created.id);
}

BOOST_AUTO_TEST_CASE(a_line_of_an_upload_that_has_lost_its_key_is_refused) {
  Instances instances(1);
  Store& store = *instances.all[0];
  UploadRuns runs;
  IdempotencyKey key;
  key.text = "k";
  key.runs = &runs;
  WriteOperation opening;
  opening.verb = WriteOperation::Verb::open_upload;
  opening.key = &key;
  BOOST_TEST((write(store, opening) == Status::ok));
  // Another instance has it now.
  instances.query("UPDATE idempotency_keys SET token = token - 1");
  IdempotencyKey line;
  line.upload = key.upload;
  line.line = 1;
  WriteOperation created;
  created.user = {"L", "F", "a@b.c"};
  created.key = &line;
  BOOST_TEST((write(store, created) == Status::key_in_flight));
  BOOST_TEST(create(store, {"A"})[0].id < 10U);
}

BOOST_AUTO_TEST_CASE(a_key_lives_by_the_clock_of_the_database) {
  StoreRules rules;
  rules.keys.lifetime = std::chrono::seconds(3'600);
  Instances instances(1, rules);
  Store& store = *instances.all[0];
  const auto create_with_key = [&] {
    IdempotencyKey key;
    key.text = "k";
    WriteOperation operation;
    operation.user = {"L", "F", "a@b.c"};
    operation.key = &key;
    return write(store, operation);
  };
  const auto age = [&](const std::string& seconds) {
    instances.query("UPDATE idempotency_keys SET expires_at = expires_at - interval '" + seconds +
                    " seconds'");
  };
  BOOST_TEST((create_with_key() == Status::ok));
  age("3590");
  BOOST_TEST((create_with_key() == Status::replayed));
  age("11");
  BOOST_TEST((create_with_key() == Status::ok));
  age("3601");
  while (instances.query("SELECT count(*) FROM idempotency_keys") != "0\n") {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

BOOST_AUTO_TEST_CASE(ids_leased_before_the_connection_was_lost_are_not_given_after_it) {
  Instances instances(1);
  Store& store = *instances.all[0];
  const UserId before = create(store, {"A"})[0].id;
  // The database may be another one now, where they are someone else's.
  const std::string next = instances.query("SELECT next FROM ids");
  end_connections();
  UserRecord user;
  while (find(store, before, user) != Status::ok) {
  }
  BOOST_TEST(create(store, {"B"})[0].id >= std::stoull(next));
}

/// As a restored backup does, while a batch waits to be done.
BOOST_AUTO_TEST_CASE(a_batch_is_not_sent_again_with_ids_that_others_may_have_after_a_restore) {
  Instances instances(1);
  std::thread restore([&] {
    instances.query(
        "BEGIN; LOCK TABLE users; DO 'BEGIN "
        "WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = ''Lock'' AND "
        "application_name = ''rollcall'') LOOP PERFORM pg_sleep(0.01); "
        "PERFORM pg_stat_clear_snapshot(); END LOOP; "
        "PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = "
        "''rollcall''; END'; "
        // The lane is as it was in the beginning, and another instance has leased the first ids.
        "UPDATE lanes SET batch = 0, outcome = '{}'; UPDATE ids SET next = 1001; COMMIT");
  });
  while (instances.query("SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND "
                         "mode = 'AccessExclusiveLock' AND granted") != "1\n") {
  }
  WriteOperation operation;
  operation.user = {"L", "F", "a@b.c"};
  const Status status = write(*instances.all[0], operation);
  restore.join();
  BOOST_TEST((status == Status::unknown || operation.id > 1'000));
  BOOST_TEST(instances.query("SELECT count(*) FROM users WHERE id <= 1000") == "0\n");
  BOOST_TEST(create(*instances.all[0], {"A"})[0].id > 1'000U);
}

BOOST_AUTO_TEST_CASE(statements_that_no_longer_fit_the_tables_are_prepared_anew) {
  Instances instances(1);
  Store& store = *instances.all[0];
  create(store, {"A"});
  UserRecord user;
  BOOST_TEST((find(store, 1, user) == Status::ok));
  BOOST_TEST((replace(store, 1, {"B", "F", "a@b.c"}) == Status::ok));
  instances.query("ALTER TABLE users ALTER first_name TYPE varchar");
  BOOST_TEST((find(store, 1, user) == Status::ok));
  BOOST_TEST((replace(store, 1, {"C", "F", "a@b.c"}) == Status::ok));
}

BOOST_AUTO_TEST_CASE(what_the_table_of_users_refuses_was_not_done) {
  Instances instances(1);
  Store& store = *instances.all[0];
  // Somebody adds a column that the store has no value for.
  instances.query("ALTER TABLE users ADD COLUMN age int NOT NULL");
  BOOST_TEST((create_with(store, "a@b.c") == Status::io_error));
  BOOST_TEST((create_with(store, "\u00e4@b.c") == Status::io_error));
  instances.query("ALTER TABLE users DROP COLUMN age");
  BOOST_TEST((create_with(store, "a@b.c") == Status::ok));
}

BOOST_AUTO_TEST_CASE(a_trigger_that_warns_costs_no_connection) {
  Instances instances(1);
  Store& store = *instances.all[0];
  instances.query(
      "CREATE TABLE backends (pid int); CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN RAISE WARNING ''one more''; INSERT INTO backends VALUES (pg_backend_pid()); RETURN "
      "NULL; END'; CREATE TRIGGER warn AFTER INSERT ON users EXECUTE FUNCTION warn()");
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((create_with(store, "a@b.c") == Status::ok));
    BOOST_TEST((create_with(store, "\u00e4@b.c") == Status::ok));
  }
  BOOST_TEST(instances.query("SELECT count(*), count(DISTINCT pid) FROM backends") == "6|1\n");
}

BOOST_AUTO_TEST_CASE(who_has_no_lane_any_more_gives_no_ids_back) {
  Instances instances(1);
  create(*instances.all[0], {"A"});
  // As after a day of silence.
  instances.query("UPDATE lanes SET owner = owner + 1");
  std::string error;
  instances.all[0]->close(error);
  instances.all.clear();
  BOOST_TEST(instances.query("SELECT next FROM ids") == "1001\n");
}

BOOST_AUTO_TEST_CASE(an_address_that_others_have_made_unique_is_refused_and_blocks_nothing) {
  Instances instances(1);
  Store& old = *instances.all[0];
  BOOST_TEST((create_with(old, "a@b.c") == Status::ok));
  BOOST_TEST((create_with(old, "b@b.c") == Status::ok));
  StoreRules rules;
  rules.unique_email = true;
  instances.all.push_back(open_store(instances.url, {.rules = rules}, {}));
  WriteOperation update = replacement(2, {"L", "F", "a@b.c"});
  BOOST_TEST((write(old, update) == Status::email_taken));
  BOOST_TEST((create_with(old, "c@b.c") == Status::ok));
}

// Its letters make it another statement, which does not fail by itself where an address is taken.
BOOST_AUTO_TEST_CASE(a_create_that_is_not_plain_is_refused_too_once_addresses_are_unique) {
  Instances instances(1);
  Store& old = *instances.all[0];
  BOOST_TEST((create_with(old, "a@b.c") == Status::ok));
  StoreRules rules;
  rules.unique_email = true;
  instances.all.push_back(open_store(instances.url, {.rules = rules}, {}));
  WriteOperation create;
  create.user = {"\u00e4", "F", "a@b.c"};
  BOOST_TEST((write(old, create) == Status::email_taken));
}

BOOST_AUTO_TEST_CASE(an_index_of_somebody_else_s_refuses_one_user_and_holds_up_nobody) {
  Instances instances(1);
  Store& store = *instances.all[0];
  instances.query("CREATE UNIQUE INDEX people_name ON users (last_name)");
  BOOST_TEST((create_with(store, "a@b.c") == Status::ok));
  BOOST_TEST((create_with(store, "b@b.c") == Status::io_error));
  BOOST_TEST((create_with(store, "\u00e4@b.c") == Status::io_error));
  instances.query("DROP INDEX people_name");
  BOOST_TEST((create_with(store, "b@b.c") == Status::ok));
}

BOOST_AUTO_TEST_CASE(an_id_that_is_there_already_does_not_make_addresses_unique) {
  Instances instances(1);
  Store& store = *instances.all[0];
  BOOST_TEST((create_with(store, "b@b.c") == Status::ok));
  // As if someone had written it by hand.
  instances.query(
      "INSERT INTO users SELECT (jsonb_populate_record(u, jsonb_build_object('id', 2))).* FROM "
      "users u");
  BOOST_TEST((create_with(store, "b@b.c") == Status::ok));
  BOOST_TEST((create_with(store, "b@b.c") == Status::ok));
  BOOST_TEST(instances.query("SELECT max(id) FROM users") == "4\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
