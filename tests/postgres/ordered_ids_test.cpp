#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <set>
#include <thread>

#include "tests/postgres/cluster.hpp"
#include "tests/postgres/held_lock.hpp"
#include "tests/storage/store_contract.hpp"
#include "tests/support/client.hpp"
#include "tests/wire/running_server.hpp"

/// ids=ordered: whose create begins when another one is acknowledged gets a larger id, through
/// whichever instance.
namespace rollcall::storage {
namespace {

std::string ordered_url() {
  return tests::shared_cluster().url(tests::shared_cluster().new_schema()) + "&ids=ordered";
}

/// What threads have seen.
struct Seen {
  std::atomic<UserId> largest{0};
  std::atomic<int> wrong{0};
  std::atomic<int> created{0};
};

/// Creates until `stop`.
void create_and_compare(Store& store, const std::atomic<bool>& stop, Seen& seen) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  while (!stop) {
    const UserId before = seen.largest;
    WriteOperation operation;
    operation.user = {"L", "F", "a@b.c"};
    session->write(operation);
    owner.written.clear();
    owner.turn_until(*session, 1);
    ++seen.created;
    if (operation.status != Status::ok || operation.id <= before) ++seen.wrong;
    UserId known = seen.largest;
    while (known < operation.id && !seen.largest.compare_exchange_weak(known, operation.id)) {
      continue;
    }
  }
}

constexpr const char* create_request =
    "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
    "50\r\n\r\n{\"last-name\":\"L\",\"first-name\":\"F\",\"email\":\"a@b.c\"}";

}  // namespace

BOOST_AUTO_TEST_SUITE(ordered_ids)

BOOST_AUTO_TEST_CASE(instances_in_turn_give_rising_ids) {
  const std::string url = ordered_url();
  const auto one = open_store(url, {}, {});
  const auto other = open_store(url, {}, {});
  UserId last = 0;
  for (int i = 0; i < 20; ++i) {
    for (const WriteOperation& each : create(i % 2 == 0 ? *one : *other, {"A", "B", "C"})) {
      BOOST_TEST((each.status == Status::ok));
      BOOST_TEST(each.id == last + 1);
      last = each.id;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_create_that_changes_nothing_lets_the_next_one_have_its_ids_at_once) {
  const std::string url = ordered_url();
  StoreRules rules;
  rules.unique_email = true;
  const auto one = open_store(url, {.rules = rules}, {});
  const auto other = open_store(url, {.rules = rules}, {});
  const auto create_a = [](Store& store) {
    WriteOperation operation;
    operation.user = {"L", "F", "a@b.c"};
    return write(store, operation);
  };
  BOOST_TEST((create_a(*one) == Status::ok));
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((create_a(*one) == Status::email_taken));
    BOOST_TEST((create_a(*other) == Status::email_taken));
  }
  BOOST_TEST(tests::shared_cluster().query(
                 "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'") ==
             "0\n");
}

BOOST_AUTO_TEST_CASE(an_id_that_a_batch_took_and_did_not_use_is_not_given_later) {
  const std::string url = ordered_url();
  StoreRules rules;
  rules.unique_email = true;
  const auto one = open_store(url, {.rules = rules}, {});
  const auto other = open_store(url, {.rules = rules}, {});
  RecordingOwner owner;
  const auto session = one->open_session(owner);
  WriteOperation first, second, third, last;
  first.user = second.user = {"L", "F", "a@b.c"};
  session->write(first);
  session->write(second);
  owner.turn_until(*session, 2);
  BOOST_TEST((second.status == Status::email_taken));
  third.user = {"L", "F", "b@b.c"};
  last.user = {"L", "F", "c@b.c"};
  BOOST_TEST((write(*other, third) == Status::ok));
  BOOST_TEST((write(*one, last) == Status::ok));
  BOOST_TEST(last.id > third.id);
}

BOOST_AUTO_TEST_CASE(they_rise_whatever_becomes_of_connections) {
  const std::string url = ordered_url();
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < 3; ++i) stores.push_back(open_store(url, {}, {}));
  Seen seen;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2 * stores.size(); ++i) {
    threads.emplace_back([&, i] { create_and_compare(*stores[i % stores.size()], stop, seen); });
  }
  for (int i = 0; i < 40; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    tests::shared_cluster().query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        "'rollcall' AND random() < 0.3");
  }
  stop = true;
  for (std::thread& each : threads) each.join();
  BOOST_TEST(seen.created > 50);
  BOOST_TEST(seen.wrong == 0);
}

BOOST_AUTO_TEST_CASE(an_instance_that_stops_with_ids_in_its_hand_holds_up_the_others_for_a_moment) {
  using tests::Client;
  using tests::RunningServer;
  const std::string schema = tests::shared_cluster().new_schema();
  const std::string url = tests::shared_cluster().url(schema) + "&ids=ordered";
  RunningServer one(url), other(url);
  Client stopped(one.port()), client(other.port());
  {
    const tests::HeldLock lock(schema + ".ids");
    stopped.send(create_request);
    tests::HeldLock::wait_for_waiting(1);
    one.program().signal(SIGSTOP);
  }
  const auto answer = client.exchange(create_request);
  one.program().signal(SIGCONT);
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->result_int() == 201U);
  const auto late = stopped.receive();
  BOOST_REQUIRE(late);
  BOOST_TEST(late->result_int() == 201U);
  BOOST_TEST(one.stop(SIGTERM) == 0);
  BOOST_TEST(other.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
