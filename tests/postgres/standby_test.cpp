#include <boost/test/unit_test.hpp>
#include <chrono>
#include <deque>
#include <string>
#include <utility>

#include "tests/postgres/cluster.hpp"
#include "tests/storage/recording_events.hpp"
#include "tests/storage/store_contract.hpp"

/// A synchronous standby that does not answer: what it does not have may be taken back by a
/// failover, though the primary shows it.
namespace rollcall::storage {
namespace {

using std::chrono::steady_clock;

void set(const std::string& setting) {
  tests::shared_cluster().query("ALTER SYSTEM SET " + setting);
  tests::shared_cluster().query("SELECT pg_reload_conf()");
}

/// As long as this lives, commits wait for a standby that is not there.
struct SilentStandby {
  SilentStandby() { set("synchronous_standby_names = 'nobody'"); }
  ~SilentStandby() { leave(); }
  void leave() { set("synchronous_standby_names = ''"); }
};

/// A session of its own, and what it is waiting for.
struct Client {
  explicit Client(Store& store) : session(store.open_session(owner)) {}
  WriteOperation& write(WriteOperation operation) {
    operations.push_back(std::move(operation));
    session->write(operations.back());
    return operations.back();
  }
  /// User 1, whose new last name is the key.
  WriteOperation& replace_with_key(const std::string& text) {
    texts.push_back(text);
    keys.emplace_back().text = texts.back();
    WriteOperation operation = replacement(1, {texts.back(), "F", "a@b.c"});
    operation.key = &keys.back();
    return write(operation);
  }
  /// Turns for so long, or until all writes are completed: whether they are.
  bool completes_within(std::chrono::milliseconds time) {
    const auto until = steady_clock::now() + time;
    while (owner.written.size() < operations.size() && steady_clock::now() < until) {
      owner.turn(*session);
      session->deliver();
    }
    return owner.written.size() == operations.size();
  }
  bool completes() { return completes_within(std::chrono::seconds(20)); }

  RecordingOwner owner;
  std::unique_ptr<Session> session;
  std::deque<WriteOperation> operations;
  std::deque<std::string> texts;
  std::deque<IdempotencyKey> keys;
};

/// Replaces until a commit waits for the standby. The key of the last one; "" if none waits for a
/// while.
std::string replace_until_one_waits(Client& client) {
  const auto until = steady_clock::now() + std::chrono::seconds(2);
  for (int i = 0; steady_clock::now() < until; ++i) {
    const std::string key = "k" + std::to_string(i);
    client.replace_with_key(key);
    while (!client.completes_within(std::chrono::milliseconds(50))) {
      if (tests::shared_cluster().query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = "
                                        "'SyncRep'") != "0\n") {
        return key;
      }
    }
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(standby)

BOOST_AUTO_TEST_CASE(what_no_standby_has_is_not_answered_but_read) {
  const std::string url = tests::shared_cluster().url(tests::shared_cluster().new_schema());
  const auto one = open_store(url, {}, {});
  const auto other = open_store(url, {}, {});
  create(*one, {"A"});
  // It is not to wait for ids.
  create(*other, {"B"});
  {
    Client first(*one);
    Client asker(*other);
    SilentStandby silent;
    const std::string key = replace_until_one_waits(first);
    BOOST_REQUIRE(!key.empty());
    // When it no longer waits, others see what it has done.
    tests::shared_cluster().query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event = "
        "'SyncRep'");
    const WriteOperation& again = asker.replace_with_key(key);
    const WriteOperation& removed = asker.write(removal(999));
    Condition condition;
    condition.match.add(1);
    WriteOperation conditional = replacement(1, {"B", "F", "a@b.c"});
    conditional.condition = &condition;
    const WriteOperation& changed = asker.write(conditional);
    BOOST_TEST(!asker.completes_within(std::chrono::milliseconds(300)));
    BOOST_TEST(asker.owner.written.empty());
    UserRecord user;
    BOOST_TEST((find(*other, 1, user) == Status::ok));
    BOOST_TEST(user.view().last_name == key);
    silent.leave();
    BOOST_TEST(first.completes());
    BOOST_TEST(asker.completes());
    BOOST_TEST((again.status == Status::replayed));
    BOOST_TEST((removed.status == Status::not_found));
    BOOST_TEST((changed.status == Status::condition_failed));
  }
  for (const auto& each : {one.get(), other.get()}) {
    std::string error;
    BOOST_TEST(each->close(error), error);
  }
}

BOOST_AUTO_TEST_CASE(a_wait_for_the_standby_that_is_cancelled_is_no_answer) {
  // The warning about it comes even if a role is to hear of errors only.
  for (const std::string more : {"", "%20-cclient_min_messages%3Derror"}) {
    const std::string url = tests::shared_cluster().url(tests::shared_cluster().new_schema());
    const auto store = open_store(url + more, {}, {});
    create(*store, {"A"});
    {
      Client client(*store);
      SilentStandby silent;
      BOOST_REQUIRE(!replace_until_one_waits(client).empty());
      tests::shared_cluster().query(
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      BOOST_TEST(!client.completes_within(std::chrono::milliseconds(300)), more);
      silent.leave();
      BOOST_TEST(client.completes());
      BOOST_TEST((client.operations.back().status == Status::ok));
    }
    std::string error;
    BOOST_TEST(store->close(error), error);
  }
}

BOOST_AUTO_TEST_CASE(upkeep_does_not_wait_for_the_standby) {
  const std::string schema = tests::shared_cluster().new_schema();
  const auto store = open_store(tests::shared_cluster().url(schema), {}, {});
  create(*store, {"A"});
  {
    Client client(*store);
    SilentStandby silent;
    BOOST_REQUIRE(!replace_until_one_waits(client).empty());
    const std::string keys = schema + ".idempotency_keys";
    BOOST_TEST(tests::shared_cluster().query(
                   "SET synchronous_commit = local; INSERT INTO " + keys +
                   " (key, payload, user_id, token, expires_at) VALUES ('old', 0, 1, 0, now()) "
                   "RETURNING key") == "old\n");
    const auto is_there = [&] {
      return tests::shared_cluster().query("SELECT key FROM " + keys + " WHERE key = 'old'") != "";
    };
    const auto until = steady_clock::now() + std::chrono::seconds(5);
    while (is_there() && steady_clock::now() < until) {
      client.completes_within(std::chrono::milliseconds(50));
    }
    BOOST_TEST(!is_there());
    BOOST_TEST(!client.completes_within(std::chrono::milliseconds(50)));
    silent.leave();
    BOOST_TEST(client.completes());
  }
  std::string error;
  BOOST_TEST(store->close(error), error);
}

BOOST_AUTO_TEST_CASE(turning_synchronous_commit_off_changes_nothing_for_a_connection_that_is_made) {
  const auto store =
      open_store(tests::shared_cluster().url(tests::shared_cluster().new_schema()), {}, {});
  create(*store, {"A"});
  {
    Client client(*store);
    set("synchronous_commit = off");
    SilentStandby silent;
    BOOST_TEST(!replace_until_one_waits(client).empty());
    set("synchronous_commit = DEFAULT");
    silent.leave();
    BOOST_TEST(client.completes());
  }
  std::string error;
  BOOST_TEST(store->close(error), error);
}

BOOST_AUTO_TEST_CASE(a_standby_that_acknowledges_from_memory_is_warned_of) {
  const std::string url = tests::shared_cluster().url(tests::shared_cluster().new_schema());
  const auto events_with = [&](const std::string& setting) {
    RecordingEvents events;
    std::string error;
    open_store(url + "%20-csynchronous_commit%3D" + setting, {}, {}, events)->close(error);
    return events.all;
  };
  const std::vector<std::string> warned{"commits weakly: remote_write"};
  BOOST_TEST(events_with("remote_write") == warned, boost::test_tools::per_element());
  BOOST_TEST(events_with("on").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
