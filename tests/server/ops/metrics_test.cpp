#include "server/ops/metrics.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/ops/health.hpp"
#include "storage/local/memory_store.hpp"

namespace rollcall::server {
namespace {

bool has(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

AnswerKind created() {
  AnswerKind kind;
  kind.status_text = {' ', '2', '0', '1'};
  kind.resource = protocol::Resource::users;
  kind.method = protocol::Method::post;
  return kind;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(what_threads_count_is_added_up) {
  const Health health;
  Metrics metrics(health);
  metrics.add_thread().answered(created(), std::chrono::milliseconds(3), 2);
  metrics.add_thread().answered(created(), std::chrono::milliseconds(1), 5);
  const std::string page = metrics.page();
  const std::string labels =
      "http_request_method=\"POST\",http_route=\"/users\",http_response_status_code=\"201\"";
  const std::string name = "http_server_request_duration_seconds";
  BOOST_TEST(has(page, "# TYPE " + name + " histogram"));
  BOOST_TEST(has(page, name + "_bucket{" + labels + ",le=\"0.0005\"} 0"));
  BOOST_TEST(has(page, name + "_bucket{" + labels + ",le=\"0.001\"} 5"));
  BOOST_TEST(has(page, name + "_bucket{" + labels + ",le=\"+Inf\"} 7"));
  BOOST_TEST(has(page, name + "_count{" + labels + "} 7"));
  BOOST_TEST(has(page, name + "_sum{" + labels + "} 0.011"));
}

BOOST_AUTO_TEST_CASE(every_problem_and_every_reason_has_a_sample_before_it_happens) {
  const Health health;
  Metrics metrics(health);
  ThreadMetrics& thread = metrics.add_thread();
  thread.refused(protocol::Problem::overloaded);
  thread.refused(protocol::Problem::came_too_late);
  thread.closed(CloseReason::crowded_out);
  thread.closed(CloseReason::moved);
  metrics.dropped_waiting();
  metrics.closed_unanswered();
  const std::string page = metrics.page();
  const std::string problem = "rollcall_problems_total{problem=\"";
  BOOST_TEST(has(page, problem + "overloaded\",http_response_status_code=\"503\"} 1"));
  BOOST_TEST(has(page, problem + "invalid_user\",http_response_status_code=\"400\"} 0"));
  BOOST_TEST(has(page, "rollcall_shed_total{reason=\"write_queue\"} 1"));
  BOOST_TEST(has(page, "rollcall_shed_total{reason=\"crowded_out\"} 1"));
  BOOST_TEST(has(page, "rollcall_shed_total{reason=\"late\"} 1"));
  BOOST_TEST(has(page, "rollcall_shed_total{reason=\"accept_queue\"} 1"));
  BOOST_TEST(has(page, "rollcall_shed_total{reason=\"unanswered\"} 1"));
  BOOST_TEST(has(page, "rollcall_connections_closed_total{reason=\"crowded_out\"} 1"));
  BOOST_TEST(has(page, "rollcall_connections_closed_total{reason=\"idle_timeout\"} 0"));
  BOOST_TEST(page.find("moved") == page.npos);
  BOOST_TEST(has(page, "rollcall_log_dropped_total{log=\"server\"} 0"));
  BOOST_TEST(has(page, "rollcall_log_dropped_total{log=\"access\"} 0"));
}

BOOST_AUTO_TEST_CASE(only_overload_makes_fewer_connections_useful_than_may_be_open) {
  const Health health;
  Metrics metrics(health);
  ThreadMetrics& one = metrics.add_thread();
  ThreadMetrics& other = metrics.add_thread();
  metrics.set_max_connections(1'000);
  one.set_admitted_writes(300, false);
  other.set_admitted_writes(400, false);
  BOOST_TEST(metrics.useful_connections() == 1'000U);
  BOOST_TEST(has(metrics.page(), "rollcall_overloaded 0"));
  other.set_admitted_writes(400, true);
  BOOST_TEST(metrics.useful_connections() == 700U);
  BOOST_TEST(has(metrics.page(), "rollcall_overloaded 1"));
  BOOST_TEST(has(metrics.page(), "rollcall_admitted_writes 700"));
  one.set_admitted_writes(900, false);
  BOOST_TEST(metrics.useful_connections() == 1'000U);
}

BOOST_AUTO_TEST_CASE(gauges_say_how_it_is_now) {
  Health health;
  Metrics metrics(health);
  metrics.add_thread().set_connections(Activity::idle, 4);
  metrics.add_thread().set_connections(Activity::idle, 3);
  metrics.set_working_threads(1);
  metrics.set_max_connections(99);
  const std::string page = metrics.page();
  BOOST_TEST(has(page, "rollcall_connections{state=\"idle\"} 7"));
  BOOST_TEST(has(page, "rollcall_connections_limit 99"));
  BOOST_TEST(has(page, "rollcall_io_threads 1"));
  BOOST_TEST(has(page, "rollcall_io_threads_limit 2"));
  BOOST_TEST(has(page, "rollcall_state{state=\"starting\"} 1"));
  BOOST_TEST(has(page, "rollcall_state{state=\"ready\"} 0"));
  BOOST_TEST(page.find("rollcall_users") == page.npos);
  BOOST_TEST(page.find("process_cpu_seconds_total") != page.npos);
}

BOOST_AUTO_TEST_CASE(a_store_has_figures_while_it_is_served) {
  Health health;
  Metrics metrics(health);
  storage::MemoryStore store;
  health.serve(store);
  metrics.serve(store, std::chrono::milliseconds(250));
  std::string page = metrics.page();
  BOOST_TEST(has(page, "rollcall_users 0"));
  BOOST_TEST(has(page, "rollcall_idempotency_keys 0"));
  BOOST_TEST(has(page, "rollcall_pending_writes_limit 65536"));
  BOOST_TEST(has(page, "rollcall_load_duration_seconds 0.25"));
  BOOST_TEST(has(page, "rollcall_state{state=\"ready\"} 1"));
  metrics.stop_serving();
  page = metrics.page();
  BOOST_TEST(page.find("rollcall_users") == page.npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
