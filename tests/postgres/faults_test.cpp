#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "tests/postgres/cluster.hpp"
#include "tests/postgres/held_lock.hpp"
#include "tests/storage/store_contract.hpp"
#include "tests/support/settings.hpp"

/// Connections that are lost in the middle of batches, and a server that is killed.
namespace rollcall::storage {
namespace {

using Random = std::mt19937;

/// What one thread was told, over one store.
struct Told {
  std::map<UserId, std::string> created;
  std::map<std::string, std::set<UserId>> keyed;
  std::vector<std::string> maybe;  ///< Names of creates that nobody knows of.
  int raised = 0;                  ///< The counter, surely.
  int maybe_raised = 0;
  int lines = 0;
  int twice = 0;  ///< Ids that it was given before.
};

/// Creates, with keys and without, and counts up the user 1 by conditional updates, until `stop`.
/// On a thread of its own: it notes what Boost.Test is to check on that of the test.
void load(Store& store, int thread, const std::atomic<bool>& stop, Told& told) {
  Random random(static_cast<unsigned>(thread));
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  while (!stop) {
    std::deque<WriteOperation> operations;
    std::deque<std::string> names;
    std::deque<IdempotencyKey> keys;
    std::deque<std::string> key_texts;
    FindOperation look;
    look.id = 1;
    find(*session, owner, look);
    Condition condition;
    std::string next;
    for (std::uint64_t count = 1 + random() % 20; count > 0; --count) {
      names.push_back(std::to_string(thread) + "-" + std::to_string(told.lines++));
      WriteOperation& operation = operations.emplace_back();
      operation.user = {names.back(), "F", "a@b.c"};
      if (random() % 4 == 0) {
        key_texts.push_back("k" + std::to_string(random() % 400));
        operation.user = {key_texts.back(), "F", "a@b.c"};
        keys.emplace_back().text = key_texts.back();
        operation.key = &keys.back();
      }
    }
    if (look.status == Status::ok) {
      condition.match.add(version_of(1, look.user.view()));
      next = std::to_string(std::stoi(std::string(look.user.view().last_name)) + 1);
      operations.push_back(replacement(1, {next, "F", "a@b.c"}));
      operations.back().condition = &condition;
    }
    for (WriteOperation& each : operations) session->write(each);
    owner.written.clear();
    owner.turn_until(*session, operations.size());
    for (const WriteOperation& each : operations) {
      const bool done = outcome_of(each.status) == Outcome::done;
      const bool maybe = each.status == Status::unknown;
      if (each.verb == WriteOperation::Verb::replace) {
        told.raised += done ? 1 : 0;
        told.maybe_raised += maybe ? 1 : 0;
      } else if (each.key != nullptr) {
        if (done) told.keyed[std::string(each.key->text)].insert(each.id);
      } else if (done) {
        if (!told.created.emplace(each.id, each.user.last_name).second) ++told.twice;
      } else if (maybe) {
        told.maybe.emplace_back(each.user.last_name);
      }
    }
  }
}

/// Holds what was told against what is there.
void check(const std::string& schema, const std::vector<Told>& all) {
  const auto query = [&](const std::string& sql) {
    return tests::shared_cluster().query("SET search_path = " + schema + ";" + sql);
  };
  std::map<UserId, std::string> there;
  std::map<std::string, int> times;
  std::istringstream rows(query("SELECT id || ' ' || last_name FROM users"));
  UserId id = 0;
  std::string name;
  while (rows >> id >> name) {
    there[id] = name;
    ++times[name];
  }
  std::set<UserId> ids;
  std::map<std::string, std::set<UserId>> keyed;
  std::size_t missing = 0, twice = 0, acknowledged = 0;
  int least = 0, most = 0;
  for (const Told& each : all) {
    twice += static_cast<std::size_t>(each.twice);
    for (const auto& [created, of] : each.created) {
      ++acknowledged;
      if (!ids.insert(created).second) ++twice;
      const auto found = there.find(created);
      if (found == there.end() || found->second != of) ++missing;
    }
    for (const auto& [key, users] : each.keyed) keyed[key].insert(users.begin(), users.end());
    least += each.raised;
    most += each.raised + each.maybe_raised;
  }
  for (const auto& [of, count] : times) {
    if (count != 1) ++twice;
  }
  for (const auto& [key, users] : keyed) {
    if (users.size() != 1 || !there.contains(*users.begin())) ++twice;
  }
  BOOST_TEST(missing == 0U);
  BOOST_TEST(twice == 0U);
  BOOST_TEST(acknowledged > 100U);
  const int counter = std::stoi(there.at(1));
  BOOST_TEST(counter >= least);
  BOOST_TEST(counter <= most);
  BOOST_TEST(query("SELECT count(*) - (SELECT sum(users) FROM lanes) FROM users") == "0\n");
  BOOST_TEST_MESSAGE(acknowledged << " acknowledged, counter " << counter << ", unknown "
                                  << most - least);
}

/// Ends some of this process's connections to the database, wherever in a batch they are: what the
/// server answers is lost, and what it does is not.
void shut_connections(Random& random) {
  constexpr int most = 256;
  for (int descriptor = 3; descriptor < most; ++descriptor) {
    sockaddr_un peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
        peer.sun_family != AF_UNIX || std::strstr(peer.sun_path, ".s.PGSQL") == nullptr) {
      continue;
    }
    if (random() % 3 == 0) ::shutdown(descriptor, SHUT_RDWR);
  }
}

template <class Act>
void check_under_load(std::size_t instances, const Act& act) {
  const std::string schema = tests::shared_cluster().new_schema();
  std::vector<std::unique_ptr<Store>> stores;
  for (std::size_t i = 0; i < instances; ++i) {
    stores.push_back(open_store(tests::shared_cluster().url(schema), {}, {}));
  }
  create(*stores[0], {"0"});
  std::atomic<bool> stop{false};
  std::vector<Told> told(2 * instances);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < told.size(); ++i) {
    threads.emplace_back(
        [&, i] { load(*stores[i % instances], static_cast<int>(i), stop, told[i]); });
  }
  act();
  stop = true;
  for (std::thread& each : threads) each.join();
  for (const auto& each : stores) {
    std::string error;
    each->close(error);
  }
  check(schema, told);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(connections_that_end_at_random_lose_nothing_and_repeat_nothing) {
  check_under_load(2, [] {
    Random random(static_cast<unsigned>(tests::first_seed()));
    for (int i = 0; i < 100; ++i) {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
      shut_connections(random);
      if (i % 20 != 0) continue;
      tests::shared_cluster().query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
          "'rollcall' AND random() < 0.5");
    }
  });
}

BOOST_AUTO_TEST_CASE(a_server_that_is_killed_and_comes_back_has_all_that_was_acknowledged) {
  check_under_load(2, [] {
    for (int i = 0; i < 3; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      tests::shared_cluster().kill();
      tests::shared_cluster().start();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  });
}

BOOST_AUTO_TEST_CASE(without_a_database_writes_wait_a_while_and_are_then_surely_not_done) {
  const std::string schema = tests::shared_cluster().new_schema();
  const auto store = open_store(tests::shared_cluster().url(schema), {}, {});
  create(*store, {"A"});
  tests::shared_cluster().kill();
  // It may be noticed in the middle of a first batch, whose end nobody knows: so the first goes.
  WriteOperation first;
  first.user = {"L", "F", "a@b.c"};
  UserRecord user;
  BOOST_TEST((find(*store, 1, user) == Status::unavailable));
  BOOST_TEST((store->health() == Status::unavailable));
  BOOST_TEST((write(*store, first) == Status::unavailable));
  tests::shared_cluster().start();
  BOOST_TEST((write(*store, first) == Status::ok));
  BOOST_TEST((store->health() == Status::ok));
  BOOST_TEST((find(*store, first.id, user) == Status::ok));
  std::string error;
  store->close(error);
}

BOOST_AUTO_TEST_CASE(
    what_was_sent_to_a_server_that_hangs_has_an_unknown_outcome_and_is_known_later) {
  const std::string schema = tests::shared_cluster().new_schema();
  const auto store = open_store(tests::shared_cluster().url(schema), {}, {});
  create(*store, {"A"});
  tests::shared_cluster().signal_all(SIGSTOP);
  IdempotencyKey key;
  key.text = "k";
  WriteOperation operation;
  operation.user = {"L", "F", "a@b.c"};
  operation.key = &key;
  BOOST_TEST((write(*store, operation) == Status::unknown));
  tests::shared_cluster().signal_all(SIGCONT);
  const Status again = write(*store, operation);
  BOOST_TEST((again == Status::ok || again == Status::replayed));
  BOOST_TEST(tests::shared_cluster().query("SELECT count(*) FROM " + schema +
                                           ".users WHERE last_name = 'L'") == "1\n");
  std::string error;
  store->close(error);
}

BOOST_AUTO_TEST_CASE(when_a_write_that_hung_is_answered_the_store_is_known_to_be_well_again) {
  const std::string schema = tests::shared_cluster().new_schema();
  const auto store = open_store(tests::shared_cluster().url(schema), {}, {});
  RecordingOwner owner;
  std::atomic<Status> told_with{Status::unknown};
  owner.on_wake = [&] { told_with = store->health(); };
  const auto session = store->open_session(owner);
  WriteOperation operation;
  operation.user = {"L", "F", "a@b.c"};
  {
    const tests::HeldLock lock(schema + ".users");
    session->write(operation);
    owner.turn(*session);
    while (store->health() != Status::unavailable) owner.turn(*session);
  }
  owner.turn_until(*session, 1);
  BOOST_TEST((operation.status == Status::ok));
  BOOST_TEST((told_with.load() == Status::ok));
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_database_is_told_before_the_program_ends) {
  const std::string schema = tests::shared_cluster().new_schema();
  const auto store = open_store(tests::shared_cluster().url(schema), {}, {});
  create(*store, {"A"});
  // Without the time that psql takes for the lock.
  std::chrono::steady_clock::duration took{};
  {
    RecordingOwner owner;
    const auto session = store->open_session(owner);
    WriteOperation sent, waiting;
    FindOperation look;
    ListOperation list;
    look.id = 1;
    sent.user = waiting.user = {"L", "F", "a@b.c"};
    const tests::HeldLock lock(schema + ".users");
    session->write(sent);
    owner.turn(*session);
    tests::HeldLock::wait_for_waiting(1);
    session->write(waiting);
    session->find(look);
    session->list(list);
    owner.turn(*session);
    tests::HeldLock::wait_for_waiting(3);
    const auto begun = std::chrono::steady_clock::now();
    store->end_within(std::chrono::milliseconds(100));
    owner.turn_until(*session, 2);
    while (owner.found.empty() || owner.listed.empty()) {
      owner.turn(*session);
      session->deliver();
    }
    took = std::chrono::steady_clock::now() - begun;
    BOOST_TEST((sent.status == Status::unknown));
    BOOST_TEST((waiting.status == Status::unavailable));
    BOOST_TEST((look.status == Status::unavailable));
    BOOST_TEST((list.status == Status::unavailable));
  }
  std::string error;
  const auto closing = std::chrono::steady_clock::now();
  store->close(error);
  took += std::chrono::steady_clock::now() - closing;
  BOOST_TEST(std::chrono::duration<double>(took).count() < 4.0);
  BOOST_TEST(tests::shared_cluster().query("SELECT owner FROM " + schema + ".lanes") == "0\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
