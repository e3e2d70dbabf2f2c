#include <boost/test/unit_test.hpp>
#include <chrono>
#include <deque>
#include <string>
#include <utility>

#include "tests/postgres/cluster.hpp"
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
  WriteOperation& create_with_key(const std::string& text) {
    texts.push_back(text);
    keys.emplace_back().text = texts.back();
    WriteOperation operation;
    operation.user = {"L", "F", "a@b.c"};
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

/// Creates users, until a commit waits for the standby. The key of the last one; "" if none waits.
std::string create_until_one_waits(Client& client) {
  for (int i = 0; i < 100; ++i) {
    const std::string key = "k" + std::to_string(i);
    client.create_with_key(key);
    if (!client.completes_within(std::chrono::milliseconds(200))) return key;
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
  {
    Client creator(*one);
    Client asker(*other);
    SilentStandby silent;
    const std::string key = create_until_one_waits(creator);
    BOOST_REQUIRE(!key.empty());
    const WriteOperation& again = asker.create_with_key(key);
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
    silent.leave();
    BOOST_TEST(creator.completes());
    BOOST_TEST(asker.completes());
    BOOST_TEST((again.status == Status::replayed));
    BOOST_TEST(again.id == creator.operations.back().id);
    BOOST_TEST((removed.status == Status::not_found));
    BOOST_TEST((changed.status == Status::condition_failed));
  }
  for (const auto& each : {one.get(), other.get()}) {
    std::string error;
    BOOST_TEST(each->close(error), error);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
