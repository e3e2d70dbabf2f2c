#include <boost/test/unit_test.hpp>

#include "server/limits.hpp"
#include "storage/local/memory_store.hpp"
#include "tests/http/asking.hpp"
#include "tests/support/driven_server.hpp"

/// docs/http.md, "Uploads": what is answered while the request goes on.
namespace rollcall::tests {
namespace {

/// An upload has begun and its 200 has been sent.
struct Begun {
  storage::MemoryStore store;
  DrivenServer server{store};

  Begun() {
    server.connect();
    server.arrive(
        "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    BOOST_TEST(sent().starts_with("HTTP/1.1 200 OK\r\n"));
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
  BOOST_TEST(begun.has_sent("{\"id\":1}\n"));
  begun.server.arrive(chunk("\n\nx\n"));
  BOOST_TEST(begun.has_sent("{\"line\":5,"));
  begun.server.finish();
}

BOOST_AUTO_TEST_CASE(bad_lines_alone_fill_no_stream) {
  for (const std::size_t count :
       {server::max_lines_in_flight - 1, server::max_lines_in_flight,
        server::max_lines_in_flight + 1, 3 * server::max_lines_in_flight}) {
    Begun begun;
    std::string lines;
    for (std::size_t i = 0; i < count; ++i) lines += "{}\n";
    begun.server.arrive(chunk(lines));
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
  const auto head = [](const std::string& fields) {
    return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n" + fields +
           "\r\n";
  };
  const std::string endless = "Transfer-Encoding: chunked\r\n";
  check_closes(head(endless + "Content-Encoding: gzip\r\n"), 415);
  check_closes(head(endless + "Idempotency-Key: k\r\n"), 400);
  check_closes(head("If-Match: x\r\nContent-Length: 65537\r\n") + "{", 400);
  check_stays(head("If-Match: x\r\nContent-Length: 1\r\n") + "{", 400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
