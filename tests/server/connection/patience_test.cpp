#include <boost/test/unit_test.hpp>
#include <string>

#include "storage/local/memory_store.hpp"
#include "tests/server/connection/served.hpp"

/// How long a connection waits for its client, and how it ends.
namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(patience)

BOOST_AUTO_TEST_CASE(a_header_that_comes_octet_by_octet_must_be_whole_in_time_too) {
  Served<storage::MemoryStore> served(short_timeouts());
  for (const char* each : {"G", "E", "T"}) {
    served.arrive(each);
    served.pass(milliseconds(100));
  }
  BOOST_TEST(served.sent().starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_slowly_gets_no_more_time_for_its_header) {
  Served<storage::MemoryStore> served(short_timeouts());
  served.socket().read_only(100);
  served.arrive(std::string(get) + get + "GE");
  for (int i = 0; i < 2; ++i) {
    served.pass(milliseconds(150));
    served.socket().read_only(100);
    served.take_turn();
  }
  served.socket().read_only(10'000);
  served.take_turn();
  BOOST_TEST(count(served.sent(), "HTTP/1.1 408 ") == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_nothing_is_cut_whatever_it_sends) {
  for (const std::string more : {"", "\n"}) {
    Served<storage::MemoryStore> served(short_timeouts());
    served.arrive(upload_head(1'000'000, early));
    served.socket().set_reading(false);
    served.arrive("{}\n{}\n");
    for (int i = 0; i < 2; ++i) {
      served.pass(milliseconds(100));
      BOOST_TEST(!served.socket().closed());
      served.arrive(more);
    }
    served.pass(milliseconds(100));
    BOOST_TEST(served.socket().closed());
    BOOST_TEST(served.socket().was_discarded());
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_a_little_now_and_then_is_not_cut) {
  Served<storage::MemoryStore> served(short_timeouts());
  served.arrive(upload_head(6, early));
  served.socket().set_reading(false);
  served.arrive("{}\n{}\n");
  for (int i = 0; i < 10; ++i) {
    served.pass(milliseconds(250));
    served.socket().read_only(10);
    served.take_turn();
  }
  BOOST_TEST(!served.socket().closed());
}

BOOST_AUTO_TEST_CASE(an_upload_whose_client_waits_for_a_slow_store_is_not_late) {
  Served<SlowStore> served(short_timeouts());
  served.arrive(upload_head(2 * line.size()) + line);
  served.pass(milliseconds(1'000));
  BOOST_TEST(served.sent().find("\"line\":0") == std::string::npos);
  served.store.finish_create(false);
  served.take_turn();
  served.pass(milliseconds(250));
  BOOST_TEST(served.sent().find("\"line\":0") == std::string::npos);
  served.pass(milliseconds(50));
  BOOST_TEST(served.sent().find("\"line\":0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_half_closed_upload_gets_every_answer_however_slowly_it_reads) {
  for (const bool http11 : {true, false}) {
    Served<storage::MemoryStore> served;
    constexpr std::size_t lines = 12'000;
    std::string octets =
        http11 ? "POST /users HTTP/1.1\r\nHost: x\r\n" : "POST /users HTTP/1.0\r\n";
    octets += early;
    octets += "Content-Type: application/x-ndjson\r\nContent-Length: 100000000\r\n\r\n";
    for (std::size_t i = 0; i < lines; ++i) octets += line;
    served.socket().set_reading(false);
    served.arrive(octets);
    served.finish();
    BOOST_TEST(!served.socket().closed());
    while (!served.socket().closed()) {
      const std::size_t before = served.sent().size();
      served.socket().read_only(50'000);
      served.take_turn();
      BOOST_REQUIRE(served.sent().size() > before);
    }
    BOOST_TEST(!served.socket().was_discarded());
    BOOST_TEST(count(served.sent(), ",\"id\":") == lines);
    BOOST_TEST(count(served.sent(), "{\"line\":0,") == 1U);
    BOOST_TEST(!served.sent().ends_with("0\r\n\r\n"));
  }
}

BOOST_AUTO_TEST_CASE(what_only_the_end_of_the_connection_ends_is_reset_if_it_is_not_whole) {
  Served<storage::MemoryStore> chunked;
  chunked.arrive(upload_head(100 * line.size()) + line);
  chunked.thread().cut_now();
  BOOST_TEST(!chunked.socket().was_discarded());
  Served<storage::MemoryStore> served;
  served.arrive(
      "POST /users HTTP/1.0\r\nContent-Type: application/x-ndjson\r\nPrefer: answer=early\r\n"
      "Content-Length: 1000\r\n\r\n" +
      line);
  BOOST_TEST(served.socket().sent().find(",\"id\":") != std::string::npos);
  served.thread().cut_now();
  BOOST_TEST(served.socket().was_discarded());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
