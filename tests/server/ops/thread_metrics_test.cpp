#include "server/ops/thread_metrics.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "storage/local/memory_store.hpp"
#include "tests/support/driven_server.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(thread_metrics)

BOOST_AUTO_TEST_CASE(every_answer_of_a_connection_is_counted) {
  storage::MemoryStore store;
  tests::DrivenServer server(store);
  server.connect();
  server.arrive("GET /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  server.arrive("DELETE /users/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  server.arrive("octets\r\n\r\n");
  const ThreadMetrics& counted = server.thread().metrics();
  std::string all;
  for (std::size_t series = 0; series < answer_series; ++series) {
    const DurationHistogram* const answers = counted.answers(series);
    if (answers == nullptr) continue;
    DurationHistogram::Totals totals;
    answers->add_to(totals);
    const AnswerLabels labels = labels_of(series);
    all.append(answer_methods[labels.method]).append(" ").append(answer_routes[labels.route]);
    all += " " + std::to_string(answer_statuses[labels.status]) + " " +
           std::to_string(totals.counts[0]) + "\n";
  }
  BOOST_TEST(all == "GET  404 1\nGET /livez 200 1\nDELETE /users/{id} 404 1\n_OTHER  400 1\n");
  BOOST_TEST(counted.problems(protocol::Problem::not_found) == 1U);
  BOOST_TEST(counted.problems(protocol::Problem::user_not_found) == 1U);
  BOOST_TEST(counted.problems(protocol::Problem::malformed_request) == 1U);
  DurationHistogram::Totals turns;
  counted.turns().add_to(turns);
  BOOST_TEST(turns.counts[0] > 3U);
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_broken_off_is_counted_by_the_reason) {
  for (const char* const prefer : {"", "Prefer: answer=early\r\n"}) {
    storage::MemoryStore store;
    tests::DrivenServer server(store);
    const ThreadMetrics& counted = server.thread().metrics();
    server.connect();
    server.arrive(std::string("POST /users HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n") + prefer +
                  "Content-Type: application/x-ndjson\r\n\r\n{}\n");
    BOOST_TEST(counted.problems(protocol::Problem::incomplete_upload) == 0U);
    server.finish();
    BOOST_TEST(counted.problems(protocol::Problem::incomplete_upload) == 1U, prefer);
    BOOST_TEST(server.thread().connection_count() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_closed_is_counted_by_the_reason) {
  storage::MemoryStore store;
  tests::DrivenServer server(store);
  const ThreadMetrics& counted = server.thread().metrics();
  server.connect();
  server.finish();
  BOOST_TEST(counted.closed(CloseReason::client) == 1U);
  server.connect();
  server.pass(Timeouts{}.idle + tick);
  BOOST_TEST(counted.closed(CloseReason::idle_timeout) == 1U);
  server.connect();
  server.arrive("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  server.finish();
  BOOST_TEST(counted.closed(CloseReason::done) == 1U);
  // A page that its client never reads.
  server.connect();
  server.socket().set_reading(false);
  server.arrive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  server.pass(Timeouts{}.write + tick);
  BOOST_TEST(counted.closed(CloseReason::write_timeout) == 1U);
  server.connect();
  server.connect();
  BOOST_TEST(server.thread().add_for_idle(server.open()) == nullptr);
  server.take_turn();
  BOOST_TEST(counted.closed(CloseReason::made_room) == 1U);
  BOOST_TEST(server.thread().release_idle(1).size() == 1U);
  server.thread().cut_now();
  BOOST_TEST(counted.closed(CloseReason::cut) == 1U);
}

BOOST_AUTO_TEST_CASE(a_tick_counts_connections_by_what_they_do) {
  storage::MemoryStore store;
  tests::DrivenServer server(store);
  server.connect();
  server.connect();
  server.arrive("GET /livez HTTP/1.1\r\n");
  server.connect();
  server.arrive(
      "POST /users HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Length: 999\r\n\r\n");
  server.connect();
  server.socket().set_reading(false);
  server.arrive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  server.pass(tick);
  const ThreadMetrics& counted = server.thread().metrics();
  BOOST_TEST(counted.connections(Activity::idle) == 1U);
  BOOST_TEST(counted.connections(Activity::reading) == 1U);
  BOOST_TEST(counted.connections(Activity::uploading) == 1U);
  BOOST_TEST(counted.connections(Activity::writing) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
