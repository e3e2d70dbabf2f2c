#include <boost/test/unit_test.hpp>

#include "server/limits.hpp"
#include "storage/local/memory_store.hpp"
#include "tests/http/asking.hpp"
#include "tests/support/driven_server.hpp"
#include "tests/support/repeat.hpp"

/// docs/http.md, "Uploads": what is answered when the request has been read, and what while it goes
/// on.
namespace rollcall::tests {
namespace {

std::string head_of(const std::string& fields) {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n" + fields +
         "\r\n";
}
const std::string chunked = "Transfer-Encoding: chunked\r\n";
const std::string early = "Prefer: answer=early\r\n";

/// An upload that asks for an early answer has begun, and its 200 has been sent.
struct Begun {
  storage::MemoryStore store;
  DrivenServer server{store};

  Begun() {
    server.connect();
    server.arrive(head_of(chunked + early));
    BOOST_TEST(sent().starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(has_sent("\r\nPreference-Applied: answer=early\r\n"));
    server.socket().forget_sent();
  }

  const std::string& sent() { return server.socket().sent(); }
  bool has_sent(std::string_view text) { return sent().find(text) != std::string::npos; }
  std::size_t lines_sent() {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = sent().find("{\"line\":", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream)

BOOST_AUTO_TEST_CASE(each_line_is_answered_when_it_is_done_a_bad_one_too) {
  Begun begun;
  begun.server.arrive(chunk("{}\n"));
  BOOST_TEST(begun.has_sent("{\"line\":1,"));
  begun.server.arrive(chunk(user() + "\n"));
  BOOST_TEST(begun.has_sent("{\"line\":2,\"id\":1}\n"));
  begun.server.arrive(chunk("\n\nx\n"));
  BOOST_TEST(begun.has_sent("{\"line\":5,"));
  begun.server.finish();
}

BOOST_AUTO_TEST_CASE(nothing_is_answered_before_the_request_has_been_read) {
  storage::MemoryStore store;
  DrivenServer server(store);
  server.connect();
  server.arrive(head_of(chunked) + chunk(user() + "\n\n{}\n"));
  BOOST_TEST(server.socket().sent().empty());
  BOOST_TEST(store.size() == 1U);
  server.arrive(chunk(user()));
  BOOST_TEST(server.socket().sent().empty());
  server.arrive(last_chunk);
  const std::string& sent = server.socket().sent();
  BOOST_TEST(sent.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(sent.find("\r\n{\"line\":1,\"id\":1}\n{\"line\":3,\"type\":") != sent.npos);
  BOOST_TEST(sent.find("\n{\"line\":4,\"id\":2}\n\r\n0\r\n\r\n") != sent.npos);
  server.finish();
}

BOOST_AUTO_TEST_CASE(a_stream_that_can_not_be_read_further_is_answered_whole_and_says_why) {
  const std::string lines = chunk(user() + "\n{}\n" + user());
  const Answers malformed = ask(head_of(chunked) + lines + "zz\r\n");
  BOOST_TEST(malformed.statuses == std::vector<unsigned>{400}, boost::test_tools::per_element());
  BOOST_TEST(malformed.says_close);
  BOOST_TEST(malformed.text.find("\r\n{\"line\":1,\"id\":1}\n{\"line\":2,") != std::string::npos);
  BOOST_TEST(malformed.text.find("\n{\"line\":0,\"type\":") != std::string::npos);

  storage::MemoryStore store;
  DrivenServer server(store);
  server.connect();
  server.arrive(head_of(chunked) + lines);
  server.finish();
  BOOST_TEST(server.socket().sent().starts_with("HTTP/1.1 400 Bad Request\r\n"));
  BOOST_TEST(server.socket().sent().ends_with("\r\n0\r\n\r\n"));
  server.connect();
  server.arrive(head_of(chunked) + lines);
  server.pass(std::chrono::seconds(31));
  BOOST_TEST(server.socket().sent().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

BOOST_AUTO_TEST_CASE(a_client_that_half_closes_behind_its_stream_gets_all_of_the_answer) {
  storage::MemoryStore store;
  DrivenServer server(store);
  const std::string lines = repeat(user() + "\n", 20'000);
  for (const char* version : {"1.1", "1.0"}) {
    server.connect();
    server.socket().set_reading(false);
    server.arrive(std::string("POST /users HTTP/") + version +
                  "\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: " +
                  std::to_string(lines.size()) + "\r\n\r\n" + lines);
    server.finish();
    server.socket().set_reading(true);
    for (int i = 0; i < 100 && !server.socket().closed(); ++i) server.take_turn();
    BOOST_TEST(server.socket().closed());
    BOOST_TEST(!server.socket().was_discarded());
    const std::string& sent = server.socket().sent();
    BOOST_TEST(sent.find("\n{\"line\":20000,\"id\":") != sent.npos);
  }
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_long_stream_is_written_as_its_client_reads_it) {
  storage::MemoryStore store;
  DrivenServer server(store);
  constexpr std::size_t count = 100'000;
  const std::string lines = repeat(user() + "\n", count);
  server.connect();
  server.socket().set_reading(false);
  server.arrive(head_of(chunked) + chunk(lines) + last_chunk + get("/livez"));
  BOOST_TEST(store.size() == count);
  BOOST_TEST(server.thread().admission().unread() > 0U);
  BOOST_TEST(server.thread().admission().unread() < 2 * server::max_unsent_octets);
  server.socket().set_reading(true);
  for (int i = 0; i < 200; ++i) server.take_turn();
  const std::string& sent = server.socket().sent();
  BOOST_TEST(sent.find("\n{\"line\":100000,\"id\":100000}\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n") !=
             sent.npos);
  server.finish();
}

BOOST_AUTO_TEST_CASE(return_minimal_is_the_refused_lines_and_a_summary) {
  const std::string lines = user() + "\n\n{}\n" + user();
  for (const std::string& how : {std::string(), std::string("answer=early, ")}) {
    const Answers answers =
        ask(head_of(chunked + "Prefer: respond-async, " + how + "return=\"minimal\";x=1\r\n") +
            chunk(lines) + last_chunk);
    BOOST_TEST(answers.text.find("\r\nPreference-Applied: " + how + "return=minimal\r\n") !=
               std::string::npos);
    BOOST_TEST(answers.text.find("\r\n{\"line\":3,") != std::string::npos);
    BOOST_TEST(answers.text.find("\n{\"lines\":4,\"created\":2,\"refused\":1}\n") !=
               std::string::npos);
    BOOST_TEST(answers.text.find("\"id\"") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(of_a_preference_that_comes_twice_the_first_counts_and_others_are_ignored) {
  for (const std::string& prefer :
       {std::string("return=representation, return=minimal"), std::string("minimal"),
        std::string("return"), std::string("x; return=minimal"), std::string("return=\"")}) {
    const Answers answers =
        ask(head_of("Prefer: " + prefer + "\r\nContent-Length: 0\r\n") + get("/livez"));
    BOOST_TEST(answers.statuses.size() == 2U);
    BOOST_TEST(answers.text.find("Preference-Applied") == std::string::npos, prefer);
  }
}

BOOST_AUTO_TEST_CASE(bad_lines_alone_fill_no_stream) {
  for (const std::size_t count :
       {server::max_lines_in_flight - 1, server::max_lines_in_flight,
        server::max_lines_in_flight + 1, 3 * server::max_lines_in_flight}) {
    Begun begun;
    begun.server.arrive(chunk(repeat("{}\n", count)));
    BOOST_TEST(begun.lines_sent() == count);
    begun.server.arrive(last_chunk + get("/livez"));
    BOOST_TEST(begun.has_sent("0\r\n\r\nHTTP/1.1 200 OK\r\n"));
    begun.server.finish();
    BOOST_TEST(begun.server.thread().connection_count() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_off_behind_a_bad_line_ends_its_connection) {
  Begun left;
  left.server.arrive(chunk("{}\n"));
  left.server.finish();
  BOOST_TEST(left.server.thread().connection_count() == 0U);

  Begun broken;
  broken.server.arrive(chunk("{}\n") + "zz\r\n");
  BOOST_TEST(broken.has_sent("{\"line\":1,"));
  BOOST_TEST(broken.has_sent("{\"line\":0,"));
  broken.server.finish();
  BOOST_TEST(broken.server.thread().connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_refused_stream_without_a_near_end_is_told_at_once) {
  check_closes(head_of(chunked + "Content-Encoding: gzip\r\n"), 415);
  check_closes(head_of(chunked + "Idempotency-Key: k\r\n"), 400);
  check_closes(head_of("If-Match: x\r\nContent-Length: 65537\r\n") + "{", 400);
  check_stays(head_of("If-Match: x\r\nContent-Length: 1\r\n") + "{", 400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
