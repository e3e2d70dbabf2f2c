#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "tests/postgres/cluster.hpp"

namespace rollcall::tests {

/// Somebody else's transaction that has a table of the shared cluster for itself, as long as this
/// lives: whoever uses the table waits.
class HeldLock {
 public:
  explicit HeldLock(const std::string& table)
      : thread_([table] {
          shared_cluster().query("BEGIN; LOCK TABLE " + table + "; SELECT pg_sleep(30)");
        }) {
    wait_for(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%' AND "
        "wait_event = 'PgSleep'");
  }
  ~HeldLock() {
    shared_cluster().query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'");
    thread_.join();
  }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

  /// Whether so many connections of stores wait for a lock.
  static bool is_waiting(int count) { return is_true(waiting() + " >= " + std::to_string(count)); }
  /// Until they do.
  static void wait_for_waiting(int count) { wait_for(waiting() + " >= " + std::to_string(count)); }
  /// Until the database has noticed that those that waited are gone.
  static void wait_for_none() { wait_for(waiting() + " = 0"); }

 private:
  static std::string waiting() {
    return "SELECT (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
           "application_name = 'rollcall')";
  }
  static bool is_true(const std::string& truth) { return shared_cluster().query(truth) == "t\n"; }
  static void wait_for(const std::string& truth) {
    while (!is_true(truth)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  std::thread thread_;
};

}  // namespace rollcall::tests
