#include <boost/test/unit_test.hpp>
#include <string>

#include "server/ops/memory_watch.hpp"
#include "storage/local/memory_store.hpp"
#include "tests/server/connection/served.hpp"
#include "tests/support/repeat.hpp"

/// What is not done when there is too much: writes beyond those that the store completes in time,
/// and requests whose clients have given up.
namespace rollcall::server {
namespace {

using Slow = Served<SlowStore>;

constexpr const char* refused = "HTTP/1.1 503 ";
const std::string change =
    "PUT /users/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
    "50\r\n\r\n" +
    line.substr(0, 50);
const std::string removal = "DELETE /users/1 HTTP/1.1\r\nHost: x\r\n\r\n";

/// So many creates wait for the store, of connections of their own.
void fill(Slow& served, std::size_t writes) {
  while (writes > 0) {
    const std::size_t some = std::min(writes, max_pipelined_requests);
    served.connect();
    served.arrive(tests::repeat(create("A"), some));
    writes -= some;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(too_much)

BOOST_AUTO_TEST_CASE(one_write_more_than_may_wait_is_503_on_a_connection_that_stays) {
  Slow served;
  fill(served, first_admitted_writes - 1);
  served.connect();
  served.arrive(create("last"));
  BOOST_TEST(served.store.waiting() == first_admitted_writes);
  for (const std::string& write : {create("more"), change, removal}) {
    served.connect();
    served.arrive(write);
    BOOST_TEST(served.store.waiting() == first_admitted_writes, write);
    const std::string answer = served.socket().sent();
    BOOST_TEST(answer.starts_with(refused), answer);
    BOOST_TEST(answer.find("\r\nRetry-After: 1\r\n") != answer.npos);
    BOOST_TEST(answer.find("Too many writes are waiting") != answer.npos);
    // Reads are answered, and so is the next write when there is room.
    served.arrive(get);
    BOOST_REQUIRE(served.store.waiting() == first_admitted_writes + 1);
    served.store.finish_find();
    served.store.finish_create(false);
    served.take_turn();
    served.arrive(create("again"));
    BOOST_TEST(served.store.waiting() == first_admitted_writes);
    BOOST_TEST(count(served.socket().sent(), refused) == 1U);
    BOOST_TEST(!served.socket().closed());
  }
  while (served.store.waiting() > 0) {
    served.store.finish_create(false);
    served.take_turn();
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_leaves_behind_the_commit_of_its_turn) {
  Slow served;
  fill(served, first_admitted_writes);
  served.connect();
  std::string before = "no turn has ended";
  served.store.on_end_turn = [&] { before = served.socket().sent(); };
  served.arrive(create("more"));
  BOOST_TEST(before == "");
  BOOST_TEST(served.socket().sent().starts_with(refused));
  // What needs no store is answered as ever.
  served.store.on_end_turn = [&] { before = served.socket().sent(); };
  served.arrive("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(before.find("HTTP/1.1 200 ") != before.npos);
  while (served.store.waiting() > 0) {
    served.store.finish_create(false);
    served.take_turn();
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_waits_for_the_answers_before_it_and_ends_what_it_closes) {
  const std::string livez = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const bool closes : {false, true}) {
    Slow served;
    fill(served, first_admitted_writes - 1);
    served.connect();
    served.arrive(create("waits") + create("refused", closes ? "Connection: close\r\n" : "") +
                  livez);
    BOOST_TEST(served.socket().sent().empty());
    served.finish();
    served.store.finish_create(true);
    served.take_turn();
    const std::string sent = served.socket().sent();
    BOOST_TEST(sent.starts_with("HTTP/1.1 201 "), sent);
    BOOST_TEST(sent.find(refused) < sent.find("HTTP/1.1 200 "), sent);
    BOOST_TEST(count(sent, "HTTP/1.1 200 ") == (closes ? 0U : 1U));
    BOOST_TEST(count(sent, "Connection: close") == (closes ? 1U : 0U));
    BOOST_TEST(served.socket().closed());
    while (served.store.waiting() > 0) {
      served.store.finish_create(false);
      served.take_turn();
    }
  }
}

BOOST_AUTO_TEST_CASE(one_turn_reads_all_the_writes_that_are_there_but_not_all_that_is_read) {
  for (const bool writes : {true, false}) {
    Slow served;
    constexpr std::size_t clients = (max_polls_a_turn + 1) * max_ready_a_turn;
    for (std::size_t i = 0; i < clients; ++i) {
      served.connect();
      served.socket().arrive(writes ? create("A") : get);
    }
    served.thread().take_turn();
    std::size_t left = 0;
    for (const tests::MemorySocket& each : served.sockets()) left += each.unread() > 0 ? 1 : 0;
    BOOST_TEST((left == 0) == writes);
    served.take_turn();
    while (served.store.waiting() > 0) {
      writes ? served.store.finish_create(false) : served.store.finish_find();
    }
    served.take_turn();
  }
}

BOOST_AUTO_TEST_CASE(a_stream_leaves_half_of_the_room_to_those_that_can_not_wait) {
  Slow served;
  const std::size_t half = first_admitted_writes / 2;
  fill(served, half - 1);
  served.connect();
  const std::string lines = tests::repeat(line, 300);
  served.arrive(upload_head(lines.size()) + lines);
  const std::size_t piece = upload_piece_octets / line.size() + 1;
  BOOST_TEST(served.store.waiting() >= half);
  BOOST_TEST(served.store.waiting() <= half + piece);
  served.connect();
  served.arrive(create("another"));
  BOOST_TEST(served.socket().sent().empty());
  while (served.store.waiting() > 0) {
    served.store.finish_create(false);
    served.take_turn();
  }
}

BOOST_AUTO_TEST_CASE(a_write_whose_client_has_given_up_is_not_made) {
  for (const std::string& write : {create("A"), change, removal}) {
    Slow served;
    served.socket().set_age(default_queue_delay + milliseconds(1));
    served.socket().arrive(write);
    served.finish();
    BOOST_TEST(served.store.waiting() == 0U, write);
    BOOST_TEST(served.sent().starts_with(refused));
    BOOST_TEST(served.sent().find("had waited for too long") != std::string::npos);
    BOOST_TEST(served.socket().closed());
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_only_says_that_it_sends_no_more_is_answered) {
  for (const bool late : {false, true}) {
    Slow served;
    served.socket().set_age(default_queue_delay);
    // One that has waited, but is still there.
    if (late) served.socket().set_age(milliseconds(5'000));
    served.socket().arrive(create("A"));
    late ? served.take_turn() : served.finish();
    BOOST_REQUIRE(served.store.waiting() == 1U);
    served.store.finish_create(false);
    served.take_turn();
    BOOST_TEST(served.sent().starts_with("HTTP/1.1 201 "));
  }
}

BOOST_AUTO_TEST_CASE(reads_are_answered_whoever_asks) {
  Slow served;
  served.socket().set_age(milliseconds(5'000));
  served.socket().arrive(get);
  served.finish();
  BOOST_REQUIRE(served.store.waiting() == 1U);
  served.store.finish_find();
  served.take_turn();
  BOOST_TEST(served.sent().starts_with("HTTP/1.1 404 "));
}

BOOST_AUTO_TEST_CASE(nothing_is_done_for_a_client_that_has_reset_its_connection) {
  for (const std::string& request : {create("A"), std::string(get), removal}) {
    Slow served;
    served.socket().arrive(request);
    served.socket().vanish();
    served.take_turn();
    BOOST_TEST(served.store.waiting() == 0U, request);
    BOOST_TEST(served.socket().closed());
    BOOST_TEST(served.thread().connection_count() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(without_memory_nothing_is_created_and_the_rest_goes_on) {
  storage::MemoryStore store;
  MemoryWatch memory(1'000);
  tests::DrivenServer server(store, {}, nullptr, nullptr, &memory);
  server.connect();
  server.arrive(create("A"));
  memory.look(1'001);
  server.pass(tick);
  server.arrive(create("B"));
  const std::string answer = server.socket().sent();
  BOOST_TEST(count(answer, "HTTP/1.1 201 ") == 1U);
  BOOST_TEST(count(answer, refused) == 1U);
  BOOST_TEST(answer.find("tag:rollcall,2026:memory-full") != answer.npos);
  BOOST_TEST(answer.find("\r\nRetry-After: 10\r\n") != answer.npos);
  server.socket().forget_sent();
  server.arrive(get + change + removal);
  BOOST_TEST(count(server.socket().sent(), "HTTP/1.1 200 ") == 2U);
  BOOST_TEST(count(server.socket().sent(), "HTTP/1.1 204 ") == 1U);
  BOOST_TEST(store.size() == 0U);
  server.connect();
  server.arrive(upload_head(line.size()) + line);
  BOOST_TEST(server.socket().sent().starts_with(refused));
  memory.look(900);
  server.pass(tick);
  server.connect();
  server.arrive(create("C"));
  BOOST_TEST(server.socket().sent().starts_with("HTTP/1.1 201 "));
  BOOST_TEST(store.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
