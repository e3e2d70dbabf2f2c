#include "server/connection/connection.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "storage/local/memory_store.hpp"
#include "tests/server/connection/served.hpp"

/// Connections as their clients see them.
namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(connection)

BOOST_AUTO_TEST_CASE(answers_keep_the_order_of_the_requests_whatever_the_order_of_completion) {
  Served<SlowStore> served;
  served.arrive(create("first") + create("second"));
  BOOST_REQUIRE(served.store.waiting() == 2U);
  served.store.finish_create(true);
  served.take_turn();
  BOOST_TEST(served.sent().empty());
  served.store.finish_create(false);
  served.take_turn();
  const std::string all = served.sent();
  BOOST_TEST(all.find("\"first\"") < all.find("\"second\""));
}

BOOST_AUTO_TEST_CASE(a_read_waits_for_the_creates_before_it_and_not_for_those_behind_it) {
  Served<SlowStore> served;
  served.arrive(create("first") + get + create("second"));
  BOOST_TEST(served.store.waiting() == 1U);
  served.store.finish_create(false);
  served.take_turn();
  // The find, and the create behind it.
  BOOST_REQUIRE(served.store.waiting() == 2U);
  served.store.finish_create(false);
  served.store.finish_find();
  served.take_turn();
  const std::string all = served.sent();
  BOOST_TEST(all.find("\"first\"") < all.find(" 404 "));
  BOOST_TEST(all.find(" 404 ") < all.find("\"second\""));
}

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_of_pipelined_creates_is_passed_on) {
  for (const std::size_t more : {-1, 0, 1}) {
    Served<SlowStore> served;
    const std::size_t sent = max_pipelined_requests + more;
    std::string all;
    for (std::size_t i = 0; i < sent; ++i) all += create("x");
    served.arrive(all);
    BOOST_TEST(served.store.waiting() == std::min(sent, max_pipelined_requests));
    for (std::size_t i = 0; i < sent; ++i) {
      BOOST_REQUIRE(served.store.waiting() > 0U);
      served.store.finish_create(false);
      served.take_turn();
    }
    BOOST_TEST(count(served.sent(), " 201 ") == sent);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_needs_no_store_keeps_its_place_among_creates) {
  Served<SlowStore> served;
  served.arrive(create("first") + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + create("second"));
  BOOST_TEST(served.store.waiting() == 2U);
  BOOST_TEST(served.sent().empty());
  served.store.finish_create(false);
  served.store.finish_create(false);
  served.take_turn();
  const std::string all = served.sent();
  BOOST_TEST(all.find("\"first\"") < all.find(" 404 "));
  BOOST_TEST(all.find(" 404 ") < all.find("\"second\""));
}

BOOST_AUTO_TEST_CASE(a_stream_waits_for_room_in_the_store_and_a_create_does_not) {
  Served<SlowStore> served(short_timeouts());
  served.arrive(upload_head(2 * line.size()) + line);
  BOOST_REQUIRE(served.store.waiting() == 1U);
  served.store.finish_create(false);
  served.take_turn();
  served.store.set_room(false);
  served.arrive(line);
  served.connect();
  served.arrive(create("single"));
  BOOST_TEST(served.store.waiting() == 1U);
  // Longer than a body may take: that the store is full is no fault of the client's.
  served.pass(milliseconds(700));
  BOOST_TEST(served.store.waiting() == 1U);
  served.store.set_room(true);
  served.take_turn();
  BOOST_REQUIRE(served.store.waiting() == 2U);
  served.store.finish_create(false);
  served.store.finish_create(false);
  served.take_turn();
  BOOST_TEST(served.sent().find("{\"line\":2,\"id\":3}\n\r\n0\r\n") != std::string::npos);
  BOOST_TEST(served.sent().find("\"line\":0") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_leaves_its_creates_to_be_completed) {
  Served<SlowStore> served;
  served.arrive(create("first") + create("second"));
  BOOST_REQUIRE(served.store.waiting() == 2U);
  served.socket().finish();
  served.thread().cut_now();
  BOOST_TEST(served.thread().connection_count() == 0U);
  BOOST_TEST(!served.thread().is_drained());
  served.store.finish_create(false);
  served.store.finish_create(false);
  BOOST_TEST(served.thread().is_drained());
}

/// Another connection may crowd it out just then.
BOOST_AUTO_TEST_CASE(a_key_that_is_open_when_its_connection_is_cut_is_closed) {
  Served<SlowStore> served;
  served.arrive(
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
      "Idempotency-Key: k\r\nTransfer-Encoding: chunked\r\n\r\n");
  BOOST_REQUIRE(served.store.waiting() == 1U);
  served.store.finish_create(false);
  served.socket().finish();
  served.thread().cut_now();
  BOOST_TEST(served.thread().connection_count() == 0U);
  BOOST_REQUIRE(served.store.waiting() == 1U);
  served.store.finish_create(false);
  BOOST_TEST(served.thread().is_drained());
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_stops_being_read_itself) {
  Served<storage::MemoryStore> served;
  // More answers than the limit holds; sent without reading one of them.
  served.socket().set_reading(false);
  std::string requests;
  constexpr std::size_t whole = 50'000;
  for (std::size_t i = 0; i < whole; ++i) requests += get;
  served.arrive(requests);
  const std::size_t one = max_unsent_octets / 2;
  BOOST_TEST(served.thread().admission().unread() > one);
  BOOST_TEST(served.thread().admission().unread() < max_unsent_octets + one);
  BOOST_TEST(served.socket().unread() > requests.size() / 2);
  served.socket().set_reading(true);
  served.take_turn();
  BOOST_TEST(count(served.sent(), "HTTP/1.1 404 ") == whole);
}

BOOST_AUTO_TEST_CASE(a_line_end_behind_a_request_is_no_request_begun) {
  Timeouts timeouts = short_timeouts();
  timeouts.idle = std::chrono::seconds(3);
  Served<storage::MemoryStore> served(timeouts);
  served.arrive(std::string(get) + "\r\n");
  BOOST_TEST(served.sent().starts_with("HTTP/1.1 404 "));
  served.pass(milliseconds(900));
  served.socket().forget_sent();
  served.arrive(get);
  BOOST_TEST(served.sent().starts_with("HTTP/1.1 404 "));
}

BOOST_AUTO_TEST_CASE(a_header_and_a_body_that_do_not_arrive_in_time_are_408) {
  for (const std::string& part : {std::string("POST /users HT"), create("x").substr(0, 130)}) {
    Served<storage::MemoryStore> served(short_timeouts());
    served.arrive(part);
    served.pass(milliseconds(250));
    BOOST_TEST(served.sent().empty());
    served.pass(milliseconds(50));
    BOOST_TEST(served.sent().starts_with("HTTP/1.1 408 "), served.sent());
    BOOST_TEST(served.sent().find("Connection: close") != std::string::npos);
    BOOST_TEST(served.socket().was_shut_down());
  }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_word) {
  Served<storage::MemoryStore> served(short_timeouts());
  served.pass(milliseconds(599));
  BOOST_TEST(!served.socket().closed());
  served.pass(milliseconds(1));
  BOOST_TEST(served.sent().empty());
  BOOST_TEST(served.socket().closed());
  BOOST_TEST(served.thread().connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(continue_is_not_sent_if_the_body_is_there) {
  const std::string request = create("first", "Expect: 100-continue\r\n");
  const std::size_t body = request.find("{");
  for (const std::size_t cut : {body, body + 1, request.size()}) {
    Served<storage::MemoryStore> served;
    served.arrive(request.substr(0, cut));
    BOOST_TEST(count(served.sent(), "HTTP/1.1 100 ") == (cut == body ? 1U : 0U));
    served.arrive(request.substr(cut));
    BOOST_TEST(count(served.sent(), "HTTP/1.1 201 ") == 1U);
  }
}

BOOST_AUTO_TEST_CASE(continue_waits_for_the_answers_before_it_and_an_upload_gets_it_too) {
  Served<SlowStore> served;
  const std::string request = create("second", "Expect: 100-continue\r\n");
  served.arrive(create("first") + request.substr(0, request.find("{")));
  BOOST_TEST(served.sent().empty());
  served.store.finish_create(false);
  served.take_turn();
  BOOST_TEST(served.sent().find(" 201 ") < served.sent().find(" 100 "));
  served.connect();
  const std::string head = upload_head(line.size());
  served.arrive(head.substr(0, head.size() - 2) + "Expect: 100-continue\r\n\r\n");
  BOOST_TEST(served.socket().sent().starts_with("HTTP/1.1 100 "));
  served.connect();
  served.arrive(head.substr(0, head.size() - 2) + "Expect: 100-continue\r\n\r\n" + line);
  BOOST_TEST(served.socket().sent().empty());
  served.store.finish_create(false);
  served.take_turn();
  BOOST_TEST(served.socket().sent().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(continue_and_the_answer_behind_it_are_never_sent_together) {
  for (const std::string prefer : {"", "Prefer: answer=early\r\n"}) {
    Served<storage::MemoryStore> served;
    const std::string head = upload_head(line.size());
    served.socket().set_reading(false);
    served.arrive(head.substr(0, head.size() - 2) + prefer + "Expect: 100-continue\r\n\r\n");
    served.arrive(line);
    const std::uint64_t before = served.calls().writes;
    served.socket().set_reading(true);
    served.take_turn();
    BOOST_TEST(served.calls().writes == before + 2);
    BOOST_TEST(served.sent().starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    served.finish();
  }
}

BOOST_AUTO_TEST_CASE(an_upload_may_have_so_many_runs_and_is_then_read_no_further) {
  for (const std::size_t runs : {max_upload_runs - 1, max_upload_runs, max_upload_runs + 1}) {
    Served<storage::MemoryStore> served;
    served.arrive(upload_head(1'000'000'000));
    // Each line is another run than the one before.
    std::string two = "x\n{}\n";
    std::string octets;
    for (std::size_t i = 0; i < runs; ++i) octets += i % 2 == 0 ? "x\n" : "{}\n";
    // What is in one piece with the last ones comes on top.
    const std::size_t before_last = octets.size() - 2 * two.size();
    served.arrive(octets.substr(0, before_last));
    for (const char c : octets.substr(before_last)) served.arrive({&c, 1});
    const bool full = runs > max_upload_runs;
    BOOST_TEST(served.sent().empty() == !full);
    if (full) {
      for (int i = 0; i < 3'000 && served.sent().find("\"line\":0,") == std::string::npos; ++i) {
        served.take_turn();
      }
      BOOST_TEST(served.sent().starts_with("HTTP/1.1 413 Content Too Large\r\n"));
      const std::string last = "{\"line\":" + std::to_string(max_upload_runs) + ",";
      BOOST_TEST(served.sent().find(last) != std::string::npos);
      const std::string beyond = "{\"line\":" + std::to_string(max_upload_runs + 1) + ",";
      BOOST_TEST(served.sent().find(beyond) == std::string::npos);
      BOOST_TEST(served.sent().ends_with("0\r\n\r\n"));
    }
    served.finish();
  }
}

/// Some programs write them between their lines.
BOOST_AUTO_TEST_CASE(empty_lines_between_the_others_cost_an_upload_nothing) {
  Served<storage::MemoryStore> served;
  const std::size_t bad = max_upload_runs + 1;
  std::string octets;
  for (std::size_t i = 0; i < bad; ++i) octets += "x\n\n\r\n";
  served.arrive(upload_head(octets.size() + line.size()));
  served.arrive(octets);
  BOOST_TEST(served.sent().empty());
  served.arrive(line);
  const auto& sent = served.socket().sent();
  for (int i = 0; i < 3'000 && !sent.ends_with("0\r\n\r\n"); ++i) served.take_turn();
  BOOST_TEST(sent.starts_with("HTTP/1.1 200 "));
  const std::string last = "{\"line\":" + std::to_string(3 * bad + 1) + ",\"id\":1}\n";
  BOOST_TEST(sent.find(last) != std::string::npos);
  served.finish();
}

BOOST_AUTO_TEST_CASE(a_connection_turned_away_has_its_first_request_answered_and_no_other) {
  Served<storage::MemoryStore> served(short_timeouts());
  served.connect(1'000'000, true);
  BOOST_TEST(served.thread().turned_away_count() == 1U);
  served.arrive(create("first") + create("second"));
  const std::string all = served.socket().sent();
  BOOST_TEST(all.starts_with("HTTP/1.1 503 "), all);
  BOOST_TEST(count(all, "HTTP/1.1 ") == 1U);
  BOOST_TEST(all.find("\r\nRetry-After: 1\r\n") != all.npos);
  BOOST_TEST(all.find("\r\nConnection: close\r\n") != all.npos);
  BOOST_TEST(served.store.size() == 0U);
  served.finish();
  BOOST_TEST(served.thread().turned_away_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_turned_away_still_has_its_probe_answered_and_is_closed) {
  for (const char* probe : {"GET /livez", "HEAD /livez", "GET /readyz", "GET /", "OPTIONS /"}) {
    Served<SlowStore> served;
    served.connect(1'000'000, true);
    served.arrive(std::string(probe) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string& all = served.socket().sent();
    BOOST_TEST(all.starts_with("HTTP/1.1 200 "), all);
    BOOST_TEST(all.find("\r\nConnection: close\r\n") != all.npos, all);
    BOOST_TEST(served.socket().was_shut_down());
    for (tests::MemorySocket& each : served.sockets()) each.finish();
    served.take_turn();
  }
}

BOOST_AUTO_TEST_CASE(the_thread_tells_since_when_a_write_has_waited_for_the_store) {
  Served<SlowStore> served;
  const auto waits = [&] {
    const Health::Signs signs = served.thread().signs();
    const bool none = signs.writes_wait_since == Clock::time_point::max();
    return none ? milliseconds(-1) : signs.turned - signs.writes_wait_since;
  };
  served.pass(milliseconds(1'000));
  BOOST_TEST((waits() == milliseconds(-1)));
  served.arrive(create("first"));
  served.pass(milliseconds(1'000));
  BOOST_TEST((waits() == milliseconds(1'000)));
  served.store.finish_create(false);
  served.take_turn();
  served.arrive(get);
  served.pass(milliseconds(1'000));
  BOOST_TEST((waits() == milliseconds(-1)));
  served.store.finish_find();
  served.take_turn();
}

BOOST_AUTO_TEST_CASE(a_stop_answers_what_has_arrived_and_says_close) {
  Served<SlowStore> served;
  served.arrive(create("first"));
  BOOST_REQUIRE(served.store.waiting() == 1U);
  served.thread().stop_now();
  served.store.finish_create(false);
  served.take_turn();
  BOOST_TEST(served.sent().starts_with("HTTP/1.1 201 "), served.sent());
  BOOST_TEST(served.sent().find("Connection: close") != std::string::npos);
  served.finish();
  BOOST_TEST(served.thread().is_drained());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
