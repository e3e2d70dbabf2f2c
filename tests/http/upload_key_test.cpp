#include <boost/test/unit_test.hpp>

#include "server/limits.hpp"
#include "storage/local/memory_store.hpp"
#include "tests/http/asking.hpp"
#include "tests/support/driven_server.hpp"

/// docs/http.md, "Uploads": with an Idempotency-Key.
namespace rollcall::tests {
namespace {

const std::string early = "Prefer: answer=early\r\n";

std::string head_of(const std::string& fields, const std::string& key = "k") {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
         "Idempotency-Key: " +
         key + "\r\nTransfer-Encoding: chunked\r\n" + fields + "\r\n";
}
std::string upload(const std::string& lines, const std::string& fields = "",
                   const std::string& key = "k") {
  return head_of(fields, key) + chunk(lines) + last_chunk;
}
std::string lines_of(int first, int last) {
  std::string lines;
  for (int i = first; i <= last; ++i)
    lines += user_of("\"L\"", "\"F\"", "\"" + std::to_string(i) + "@b.c\"") + "\n";
  return lines;
}

/// The client is gone.
void lose(DrivenServer& server) {
  server.socket().reset();
  server.socket().finish();
}

struct Keyed {
  storage::MemoryStore store;
  DrivenServer server{store};

  /// What is answered on a connection of its own.
  std::string answer(const std::string& octets) {
    server.connect();
    server.arrive(octets);
    const std::string sent = server.socket().sent();
    server.finish();
    return sent;
  }
  /// A request breaks off behind these lines.
  void break_off(const std::string& lines, const std::string& fields = "") {
    server.connect();
    server.arrive(head_of(fields) + chunk(lines));
    lose(server);
    server.take_turn();
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(upload_key)

BOOST_FIXTURE_TEST_CASE(a_stream_that_is_sent_again_gets_the_same_ids_and_creates_nobody, Keyed) {
  const std::string lines = lines_of(1, 3) + "\n{}\n" + lines_of(6, 7);
  const std::string first = answer(upload(lines));
  BOOST_TEST(first.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(!has(first, "Idempotency-Replayed"));
  for (int i = 0; i < 2; ++i) {
    const std::string again = answer(upload(lines));
    BOOST_TEST(has(again, "\r\nIdempotency-Replayed: true\r\n"));
    BOOST_TEST(again.substr(again.find("\r\n\r\n")) == first.substr(first.find("\r\n\r\n")));
  }
  BOOST_TEST(store.size() == 5U);
  const std::string other = answer(upload(lines, "", "\"other\""));
  BOOST_TEST(has(other, "{\"line\":1,\"id\":6}\n"));
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_broke_off_goes_on_where_it_broke, Keyed) {
  for (const std::string& fields : {std::string(), early}) {
    const storage::UserId before = store.size();
    const std::string key = fields.empty() ? "late" : "early";
    server.connect();
    server.arrive(head_of(fields, key) + chunk(lines_of(1, 2) + "{\"last"));
    lose(server);
    server.take_turn();
    BOOST_TEST(store.size() == before + 2);
    const std::string again = answer(upload(lines_of(1, 4), fields, key));
    BOOST_TEST(again.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(has(again, "\r\nIdempotency-Replayed: true\r\n"));
    for (std::uint64_t line = 1; line <= 4; ++line) {
      BOOST_TEST(has(again, "{\"line\":" + std::to_string(line) +
                                ",\"id\":" + std::to_string(before + line) + "}\n"));
    }
    BOOST_TEST(store.size() == before + 4);
  }
}

BOOST_FIXTURE_TEST_CASE(another_stream_under_the_key_is_422_as_far_as_it_can_be_told, Keyed) {
  answer(upload(lines_of(1, 4)));
  const std::string others[] = {
      lines_of(1, 3) + lines_of(9, 9),  // another user
      lines_of(1, 3),                   // fewer
      "\n" + lines_of(1, 4),            // moved
      lines_of(1, 2) + "\n" + lines_of(3, 4),
      lines_of(1, 2) + "{}\n" + lines_of(4, 4),
      lines_of(2, 2) + lines_of(1, 1) + lines_of(3, 4),
      "",
  };
  for (const std::string& each : others) {
    const std::string sent = answer(upload(each));
    BOOST_TEST(sent.starts_with("HTTP/1.1 422 "), sent);
    BOOST_TEST(has(sent, "idempotency-key-reused"));
    // Of lines whose run is not whole nothing is said.
    BOOST_TEST(!has(sent, "\"id\":"));
    const std::string told_early = answer(upload(each, early));
    BOOST_TEST(told_early.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(has(told_early, "idempotency-key-reused"));
    BOOST_TEST(!told_early.ends_with(last_chunk));
  }
  BOOST_TEST(store.size() == 4U);
  // More can't be told from a stream that was to be longer.
  BOOST_TEST(has(answer(upload(lines_of(1, 5))), "{\"line\":5,\"id\":5}\n"));
}

BOOST_FIXTURE_TEST_CASE(what_was_created_behind_the_break_is_known_too, Keyed) {
  break_off(lines_of(1, 2));
  break_off(lines_of(1, 5));
  const std::string whole = answer(upload(lines_of(1, 6)));
  BOOST_TEST(has(whole, "{\"line\":5,\"id\":5}\n{\"line\":6,\"id\":6}\n"));
  BOOST_TEST(store.size() == 6U);
}

BOOST_FIXTURE_TEST_CASE(a_key_whose_stream_is_under_way_is_409, Keyed) {
  server.connect();
  server.arrive(head_of("") + chunk(lines_of(1, 1)));
  MemorySocket& under_way = server.socket();
  const std::string second = answer(upload(lines_of(1, 1)));
  BOOST_TEST(second.starts_with("HTTP/1.1 409 "));
  BOOST_TEST(has(second, "\r\nRetry-After: 1\r\n"));
  BOOST_TEST(has(second, "\r\nConnection: close\r\n"));
  BOOST_TEST(has(answer(post(user(), "Idempotency-Key: k\r\n")), "HTTP/1.1 422 "));
  under_way.arrive(last_chunk);
  server.take_turn();
  BOOST_TEST(under_way.sent().starts_with("HTTP/1.1 200 OK\r\n"));
  // Once its answer is there it may come again.
  BOOST_TEST(answer(upload(lines_of(1, 1))).starts_with("HTTP/1.1 200 OK\r\n"));
}

BOOST_FIXTURE_TEST_CASE(a_key_of_a_single_user_is_422_for_a_stream_before_its_body_is_read, Keyed) {
  answer(post(user(), "Idempotency-Key: k\r\n"));
  server.connect();
  server.arrive(head_of("Expect: 100-continue\r\n"));
  BOOST_TEST(server.socket().sent().starts_with("HTTP/1.1 422 "));
  server.finish();
}

BOOST_FIXTURE_TEST_CASE(a_malformed_key_is_400, Keyed) {
  BOOST_TEST(answer(upload(lines_of(1, 1), "", "\"")).starts_with("HTTP/1.1 400 "));
  const std::string longest(255, 'k');
  BOOST_TEST(answer(upload(lines_of(1, 1), "", longest)).starts_with("HTTP/1.1 200 "));
  BOOST_TEST(answer(upload(lines_of(1, 1), "", longest + "k")).starts_with("HTTP/1.1 400 "));
}

BOOST_FIXTURE_TEST_CASE(a_summary_counts_known_users_as_created, Keyed) {
  const std::string minimal = "Prefer: return=minimal\r\n";
  answer(upload(lines_of(1, 3)));
  const std::string again = answer(upload(lines_of(1, 3) + "{}\n" + lines_of(5, 5), minimal));
  BOOST_TEST(has(again, "{\"lines\":5,\"created\":4,\"refused\":1}\n"));
  BOOST_TEST(!has(again, "\"id\""));
  const std::string early_again = answer(
      upload(lines_of(1, 3) + "{}\n" + lines_of(5, 5), "Prefer: return=minimal, answer=early\r\n"));
  BOOST_TEST(has(early_again, "{\"lines\":5,\"created\":4,\"refused\":1}\n"));
}

BOOST_FIXTURE_TEST_CASE(a_pipelined_stream_with_a_key_waits_for_what_is_before_it, Keyed) {
  const std::string sent =
      answer(post(user()) + upload(lines_of(1, 2)) + upload(lines_of(1, 2)) + get("/users/3"));
  BOOST_TEST(has(sent, "{\"line\":1,\"id\":2}\n{\"line\":2,\"id\":3}\n"));
  BOOST_TEST(has(sent, "\r\nIdempotency-Replayed: true\r\n"));
  BOOST_TEST(has(sent, "2@b.c\",\"id\":3}"));
  BOOST_TEST(store.size() == 3U);
}

/// Another thread may get its client's next request.
BOOST_AUTO_TEST_CASE(a_stream_is_answered_when_its_key_is_free_and_not_before) {
  TurnStore store;
  store.reset(3);
  DrivenServer server(store);
  server.connect();
  server.socket().arrive(upload(lines_of(1, 2)));
  int turns = 0;
  for (; server.socket().sent().empty() && turns < 100; ++turns) {
    server.thread().take_turn();
    server.thread().end_turn();
  }
  BOOST_TEST(server.socket().sent().starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(store.idle());
  server.finish();
}

/// Otherwise its answer would wait for the next tick.
BOOST_AUTO_TEST_CASE(a_key_is_closed_without_waiting_for_anything_else_to_happen) {
  TurnStore store;
  DrivenServer server(store);
  server.connect();
  server.socket().arrive(upload(lines_of(1, 2)));
  while (server.thread().take_turn()) {
  }
  BOOST_TEST(server.socket().sent().starts_with("HTTP/1.1 200 OK\r\n"));
  server.finish();
}

BOOST_AUTO_TEST_CASE(a_key_that_is_opened_for_nobody_is_closed_in_a_turn_of_its_own) {
  TurnStore store;
  store.reset(1);
  DrivenServer server(store);
  server.connect();
  server.socket().arrive(head_of(""));
  BOOST_TEST(server.thread().take_turn());
  while (server.thread().take_turn()) {
  }
  server.socket().finish();
  // Its end is also the turn in which the store has opened the key.
  server.thread().cut_now();
  BOOST_TEST(!store.idle());
  BOOST_TEST(server.thread().take_turn());
  for (int i = 0; i < 4; ++i) server.take_turn();
  BOOST_TEST(store.idle());
}

/// The store takes three turns for each verb, so it can be lost at every step of its way.
BOOST_AUTO_TEST_CASE(a_key_is_free_again_whatever_moment_its_connection_is_lost_at) {
  for (int turns = 0; turns <= 16; ++turns) {
    TurnStore store;
    store.reset(3);
    DrivenServer server(store);
    // What it does not read keeps the server writing, which is how it hears of the loss.
    server.connect(10);
    server.socket().set_reading(false);
    server.socket().arrive(get("/livez") + upload(lines_of(1, 2)));
    for (int i = 0; i < turns; ++i) {
      server.thread().take_turn();
      server.thread().end_turn();
    }
    lose(server);
    server.socket().set_reading(true);
    for (int i = 0; i < 32; ++i) server.take_turn();
    server.connect();
    server.socket().arrive(upload(lines_of(1, 2)));
    for (int i = 0; i < 32; ++i) server.take_turn();
    BOOST_TEST(server.socket().sent().starts_with("HTTP/1.1 200 OK\r\n"), turns);
    BOOST_TEST(has(server.socket().sent(), "{\"line\":1,\"id\":1}\n{\"line\":2,\"id\":2}\n"),
               turns);
    BOOST_TEST(store.size() == 2U);
    server.finish();
    for (int i = 0; i < 8; ++i) server.take_turn();
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
