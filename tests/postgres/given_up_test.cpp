#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "tests/postgres/held_lock.hpp"
#include "tests/postgres/instances.hpp"
#include "tests/storage/store_contract.hpp"

/// What becomes of the sessions of the database that the store no longer waits for. If they stayed
/// as long as a lock is held, they would add up to max_connections.
namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(given_up)

BOOST_AUTO_TEST_CASE(a_session_that_waits_for_a_lock_ends_soon_after_its_look_up_was_given_up) {
  Instances instances(1);
  Store& store = *instances.all[0];
  create(store, {"A"});
  const tests::HeldLock lock(instances.schema + ".users");
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  FindOperation look;
  look.id = 1;
  session->find(look);
  owner.turn(*session);
  tests::HeldLock::wait_for_waiting(1);
  const std::string waits =
      "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'rollcall'";
  const std::string process = instances.query("SELECT pid " + waits);
  while (owner.found.empty()) {
    owner.turn(*session);
    session->deliver();
  }
  BOOST_TEST((look.status == Status::unavailable));
  // Those that take its place prepare the same statement, and wait for the lock too.
  const std::string left = "SELECT count(*) " + waits + " AND pid = " + process;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (instances.query(left) != "0\n" && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  BOOST_TEST(instances.query(left) == "0\n");
  BOOST_TEST(instances.query("SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND "
                             "mode = 'AccessExclusiveLock' AND granted") == "1\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
