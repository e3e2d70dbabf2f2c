#include "protocol/http/request_parser.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/protocol/parse_pieces.hpp"
#include "tests/protocol/splits.hpp"

namespace rollcall::protocol {
namespace {

using Progress = RequestParser::Progress;

/// The outcome of parsing a message, checked to be the same however the message is cut.
Parsed parse(const std::string& message) {
  const Parsed whole = parse_pieces({message});
  for_each_split(message, [&](const auto& pieces) {
    if (!(parse_pieces(pieces) == whole)) {
      BOOST_ERROR("cut at " << pieces.front().size() << ": " << message.substr(0, 200));
    }
  });
  return whole;
}

constexpr const char* user = R"({"last-name":"A","first-name":"B","email":"a@b.c"})";

std::string post(const std::string& fields, const std::string& body) {
  return "POST /users HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}

std::string with_length(const std::string& body, const std::string& fields = "") {
  return post(fields + "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

void check_problem(const std::string& message, Problem problem) {
  BOOST_TEST_CONTEXT(message.substr(0, 200)) {
    const Parsed parsed = parse(message);
    BOOST_TEST((parsed.progress == Progress::failed));
    BOOST_TEST((parsed.problem == problem), row(parsed.problem).detail);
  }
}

Parsed check_whole(const std::string& message) {
  const Parsed parsed = parse(message);
  BOOST_TEST((parsed.progress == Progress::complete), message.substr(0, 200));
  BOOST_TEST(parsed.consumed == message.size());
  return parsed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_parser)

BOOST_AUTO_TEST_CASE(a_create_is_read_whole_and_what_follows_is_left) {
  const std::string message =
      with_length(user, "content-type: Application/JSON; charset=utf-8\r\n");
  const Parsed parsed = check_whole(message);
  BOOST_TEST((parsed.method == Method::post));
  BOOST_TEST(parsed.path == "/users");
  BOOST_TEST(parsed.json);
  BOOST_TEST(parsed.keep_alive);
  BOOST_TEST(parsed.last_name == "A");
  const Parsed first = parse_pieces({message + message});
  BOOST_TEST(first.consumed == message.size());
}

BOOST_AUTO_TEST_CASE(a_chunked_body_with_extensions_and_trailers_is_read_whole) {
  const std::string text = user;
  const Parsed parsed = check_whole(post("Transfer-Encoding: Chunked\r\n",
                                         "3;a=b;c=\"d\"\r\n" + text.substr(0, 3) + "\r\n2F\r\n" +
                                             text.substr(3) + "\r\n0;x\r\nDate: y\r\nZ:\r\n\r\n"));
  BOOST_TEST(text.size() - 3 == 0x2fU);
  BOOST_TEST(parsed.last_name == "A");
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_the_request_line_is_skipped_and_two_are_not) {
  check_whole("\r\nGET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  check_problem("\r\n\r\nGET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n", Problem::malformed_request);
}

BOOST_AUTO_TEST_CASE(keep_alive_follows_version_and_connection) {
  BOOST_TEST(!check_whole("GET / HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n").keep_alive);
  BOOST_TEST(!check_whole("GET / HTTP/1.0\r\n\r\n").keep_alive);
  BOOST_TEST(check_whole("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
  const std::string trailer = "0\r\nConnection: close\r\n\r\n";
  BOOST_TEST(check_whole(post("Transfer-Encoding: chunked\r\n", trailer)).keep_alive);
}

BOOST_AUTO_TEST_CASE(framing_that_two_servers_could_read_differently_is_refused) {
  const std::string chunked = "0\r\n\r\n";
  for (const std::string fields : {"Transfer-Encoding: gzip\r\n",
                                   "Transfer-Encoding: identity\r\n",
                                   "Transfer-Encoding:\r\n",
                                   "Transfer-Encoding: xchunked\r\n",
                                   "Transfer-Encoding: chunked;x\r\n",
                                   "Transfer-Encoding: chunked, chunked\r\n",
                                   "Transfer-Encoding: chunked, gzip\r\n",
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n",
                                   "Content-Length: 5\r\nContent-Length: 6\r\n",
                                   "Content-Length: 5\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5, 6\r\n",
                                   "Content-Length: 5, 5\r\n",
                                   "Content-Length: +5\r\n",
                                   "Content-Length: -5\r\n",
                                   "Content-Length: 0x5\r\n",
                                   "Content-Length: 5 5\r\n",
                                   "Content-Length:\r\n",
                                   "Content-Length: 99999999999999999999999\r\n"}) {
    check_problem(post(fields, chunked), Problem::ambiguous_framing);
  }
  check_problem("POST /users HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                Problem::ambiguous_framing);
  check_problem(post("Transfer-Encoding: gzip, chunked\r\n", chunked),
                Problem::unknown_transfer_coding);
}

BOOST_AUTO_TEST_CASE(http_1_1_has_exactly_one_valid_host) {
  check_problem("GET / HTTP/1.1\r\n\r\n", Problem::bad_host);
  check_problem("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Problem::bad_host);
  check_problem("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", Problem::bad_host);
  check_problem("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", Problem::bad_host);
  check_problem("GET http://a/ HTTP/1.1\r\n\r\n", Problem::bad_host);
  check_whole("GET / HTTP/1.1\r\nHost:\r\n\r\n");
  check_whole("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_message_of_http_is_malformed) {
  const std::string end = "\r\nHost: x\r\n\r\n";
  for (const std::string& message :
       {"NONSENSE" + end, "GET  / HTTP/1.1" + end, "GET / HTTP/1.1 " + end, " GET / HTTP/1.1" + end,
        "G\x01T / HTTP/1.1" + end, "GET / FOO/1.1" + end, "GET /" + end,
        std::string("GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\x01\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\0\r\n\r\n", 34),
        std::string("GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nA(: b\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n")}) {
    check_problem(message, Problem::malformed_request);
  }
  for (const std::string body :
       {"x\r\n\r\n", "5 \r\nabcde\r\n0\r\n\r\n", "-1\r\n\r\n", "0x5\r\nabcde\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n", "fffffffffffffffff\r\n\r\n", "1;\x01\r\na\r\n0\r\n\r\n"}) {
    const Parsed parsed = parse(post("Transfer-Encoding: chunked\r\n", body));
    BOOST_TEST((parsed.progress == Progress::failed), body);
  }
}

BOOST_AUTO_TEST_CASE(other_versions_are_505) {
  check_problem("GET / HTTP/2.0\r\nHost: x\r\n\r\n", Problem::unsupported_version);
  check_problem("GET / HTTP/0.9\r\nHost: x\r\n\r\n", Problem::unsupported_version);
}

BOOST_AUTO_TEST_CASE(a_bad_target_is_refused) {
  check_problem("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", Problem::bad_target);
  check_problem("GET /\"x HTTP/1.1\r\nHost: x\r\n\r\n", Problem::bad_target);
}

BOOST_AUTO_TEST_CASE(a_header_may_have_16_kib) {
  for (const std::size_t size : {max_header_octets - 1, max_header_octets, max_header_octets + 1}) {
    std::string head = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
    head += std::string(size - head.size() - 4, 'a') + "\r\n\r\n";
    BOOST_REQUIRE(head.size() == size);
    if (size <= max_header_octets) {
      check_whole(head);
    } else {
      check_problem(head, Problem::header_too_large);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_header_may_have_100_fields) {
  for (const std::size_t count : {99U, 100U, 101U}) {
    std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (std::size_t i = 1; i < count; ++i) head += "A: b\r\n";
    if (count <= max_header_fields) {
      check_whole(head + "\r\n");
    } else {
      check_problem(head + "\r\n", Problem::header_too_large);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_target_may_have_8_kib) {
  for (const std::size_t size : {max_target_octets - 1, max_target_octets, max_target_octets + 1}) {
    const std::string message =
        "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    if (size <= max_target_octets) {
      check_whole(message);
    } else {
      check_problem(message, Problem::target_too_long);
    }
  }
  check_problem("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
                Problem::target_too_long);
}

BOOST_AUTO_TEST_CASE(a_body_may_have_64_kib_by_length_and_by_count) {
  for (const std::size_t size : {max_body_octets - 1, max_body_octets, max_body_octets + 1}) {
    const std::string body(size, ' ');
    char line[32];
    std::snprintf(line, sizeof line, "%zx\r\n", size - 9);
    const std::string chunks = "9\r\n" + body.substr(0, 9) + "\r\n" + line + body.substr(9);
    const std::string chunked = post("Transfer-Encoding: chunked\r\n", chunks + "\r\n0\r\n\r\n");
    if (size <= max_body_octets) {
      BOOST_TEST((parse_pieces({with_length(body)}).progress == Progress::complete));
      BOOST_TEST((parse_pieces({chunked}).progress == Progress::complete));
    } else {
      BOOST_TEST((parse_pieces({with_length(body)}).problem == Problem::body_too_large));
      BOOST_TEST((parse_pieces({chunked}).problem == Problem::body_too_large));
    }
  }
}

BOOST_AUTO_TEST_CASE(chunk_extensions_and_trailers_may_have_4_kib_each) {
  for (const std::size_t size : {4'095U, 4'096U, 4'097U}) {
    const std::string extension = ";" + std::string(size - 1, 'x');
    const std::string extended =
        post("Transfer-Encoding: chunked\r\n", "1" + extension + "\r\n \r\n0\r\n\r\n");
    const std::string trailed = post("Transfer-Encoding: chunked\r\n",
                                     "0\r\nA: " + std::string(size - 5, 'x') + "\r\n\r\n");
    for (const std::string& message : {extended, trailed}) {
      if (size <= 4'096) {
        check_whole(message);
      } else {
        check_problem(message, Problem::chunk_overhead_too_large);
      }
    }
  }
  check_problem(post("Transfer-Encoding: chunked\r\n", "1;" + std::string(10'000, 'x')),
                Problem::chunk_overhead_too_large);
}

BOOST_AUTO_TEST_CASE(the_last_piece_of_a_body_is_told_where_its_length_tells_it) {
  struct Last final : BodySink {
    void take(std::string_view piece, bool is_last) override {
      BOOST_TEST(!ended);
      BOOST_TEST(!piece.empty());
      ended = is_last;
    }
    bool ended = false;
  };
  const auto told = [](const std::string& message, std::size_t cut) {
    Last last;
    RequestParser parser;
    const std::size_t head = message.find("\r\n\r\n") + 4;
    BOOST_TEST(parser.read(message.substr(0, head)).consumed == head);
    parser.read_body_into(&last);
    parser.read(message.substr(head, cut));
    BOOST_TEST(!last.ended);
    parser.read(message.substr(head + cut));
    return last.ended;
  };
  for (std::size_t cut = 0; cut < 6; ++cut) BOOST_TEST(told(with_length("[1, 2]") + "GET", cut));
  BOOST_TEST(!told(post("Transfer-Encoding: chunked\r\n", "2\r\n[]\r\n0\r\n\r\n"), 3));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
