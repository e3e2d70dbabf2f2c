#include "server/ops/store_metrics.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/ops/exposition.hpp"

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;
using storage::CommitBy;
using storage::Status;

bool has(const StoreMetrics& metrics, const std::string& line) {
  Exposition page;
  metrics.write(page);
  return page.take().find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_metrics)

BOOST_AUTO_TEST_CASE(a_commit_says_who_made_it_how_long_it_took_and_how_much_it_was) {
  StoreMetrics metrics;
  metrics.committed({3, Status::ok, CommitBy::turn, milliseconds(4), milliseconds(2)});
  metrics.committed({5, Status::ok, CommitBy::thread, milliseconds(8), milliseconds(1)});
  BOOST_TEST(has(metrics, "rollcall_commit_duration_seconds_sum{by=\"turn\"} 0.004"));
  BOOST_TEST(has(metrics, "rollcall_commit_duration_seconds_sum{by=\"thread\"} 0.008"));
  BOOST_TEST(has(metrics, "rollcall_commit_duration_seconds_count{by=\"thread\"} 1"));
  BOOST_TEST(has(metrics, "rollcall_sync_duration_seconds_sum 0.003"));
  BOOST_TEST(has(metrics, "rollcall_sync_duration_seconds_count 2"));
  BOOST_TEST(has(metrics, "rollcall_commit_writes_sum 8"));
  BOOST_TEST(has(metrics, "rollcall_commit_writes_bucket{le=\"5\"} 2"));
}

BOOST_AUTO_TEST_CASE(only_commits_that_were_held_back_count_as_such) {
  StoreMetrics metrics;
  metrics.committed({.writes = 3, .time = milliseconds(4)});
  BOOST_TEST(has(metrics, "rollcall_linger_duration_seconds_count 0"));
  metrics.committed({.writes = 3, .time = milliseconds(4), .held = milliseconds(2)});
  BOOST_TEST(has(metrics, "rollcall_linger_duration_seconds_count 1"));
  BOOST_TEST(has(metrics, "rollcall_linger_duration_seconds_sum 0.002"));
  BOOST_TEST(has(metrics, "rollcall_commit_writes_count 2"));
}

BOOST_AUTO_TEST_CASE(a_commit_that_failed_is_counted_by_its_reason_only) {
  StoreMetrics metrics;
  metrics.committed({3, Status::disk_full, CommitBy::turn, milliseconds(4), milliseconds(2)});
  metrics.writes_stopped(Status::sync_failed);
  metrics.checkpoint_failed();
  BOOST_TEST(has(metrics, "rollcall_commit_failures_total{reason=\"disk_full\"} 1"));
  BOOST_TEST(has(metrics, "rollcall_commit_failures_total{reason=\"io_error\"} 0"));
  BOOST_TEST(has(metrics, "rollcall_writes_stopped_total{reason=\"sync_failed\"} 1"));
  BOOST_TEST(has(metrics, "rollcall_checkpoint_failures_total 1"));
  BOOST_TEST(has(metrics, "rollcall_commit_writes_count 0"));
  BOOST_TEST(!has(metrics, "rollcall_commit_failures_total{reason=\"ok\"} 0"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
