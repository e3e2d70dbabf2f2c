#include <boost/test/unit_test.hpp>

#include "protocol/limits.hpp"
#include "tests/http/asking.hpp"

namespace rollcall::tests {
namespace {

/// A create with framing `fields` and octets that become a request of their own if the framing is
/// read differently.
std::string framed(const std::string& fields) {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields + "\r\n" +
         last_chunk + get("/livez");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(framing)

BOOST_AUTO_TEST_CASE(a_body_is_as_long_as_content_length_says) {
  check_stays(post(user()), 201);
  check_stays(post(""), 400);
}

BOOST_AUTO_TEST_CASE(a_body_may_be_chunked_with_extensions_and_trailers_which_are_dropped) {
  const std::string text = user();
  check_stays(post_chunked(chunk(text) + last_chunk), 201);
  check_stays(post_chunked(chunk(text.substr(0, 1)) + chunk(text.substr(1)) + "000;a\r\n\r\n"),
              201);
  check_stays(post_chunked("1;a=b;c=\"d;\\\"\"\r\n{\r\n" + chunk(text.substr(1)) +
                           "0\r\nDate: x\r\nB:\r\n\r\n"),
              201);
  check_stays(post_chunked(chunk(text) + "0\r\nConnection: close\r\n\r\n"), 201);
}

BOOST_AUTO_TEST_CASE(framing_fields_in_trailers_are_400) {
  check_closes(post_chunked(chunk(user()) + "0\r\nContent-Length: 9\r\n\r\n"), 400);
  check_closes(post_chunked(chunk(user()) + "0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

BOOST_AUTO_TEST_CASE(content_length_that_is_no_number_or_is_repeated_is_400) {
  for (const char* value : {"", "+5", "-5", "0x5", "5 5", "5;", "5, 5", "5,6", "1e1",
                            "18446744073709551616", "99999999999999999999999"}) {
    check_closes(framed("Content-Length: " + std::string(value) + "\r\n"), 400);
  }
  check_closes(framed("Content-Length: 5\r\nContent-Length: 5\r\n"), 400);
  check_closes(framed("Content-Length: 5\r\nContent-Length: 6\r\n"), 400);
}

BOOST_AUTO_TEST_CASE(transfer_encoding_with_content_length_is_400_in_either_order) {
  check_closes(framed("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400);
  check_closes(framed("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400);
  check_closes(framed("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"), 400);
}

BOOST_AUTO_TEST_CASE(transfer_encoding_in_http_1_0_is_400) {
  check_closes(
      "POST /users HTTP/1.0\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
          last_chunk,
      400);
}

BOOST_AUTO_TEST_CASE(a_transfer_encoding_that_does_not_end_in_chunked_is_400) {
  for (const char* value : {"", "gzip", "identity", "xchunked", "chunkedx", "chunked;x",
                            "chunked, gzip", "\"chunked\"", "chunked\v"}) {
    check_closes(framed("Transfer-Encoding: " + std::string(value) + "\r\n"), 400);
  }
}

BOOST_AUTO_TEST_CASE(chunked_twice_or_in_two_fields_is_400) {
  check_closes(framed("Transfer-Encoding: chunked, chunked\r\n"), 400);
  check_closes(framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  check_closes(framed("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 400);
}

BOOST_AUTO_TEST_CASE(another_coding_before_chunked_is_501) {
  check_closes(framed("Transfer-Encoding: gzip, chunked\r\n"), 501);
  check_closes(framed("Transfer-Encoding: x ,  Chunked\r\n"), 501);
}

BOOST_AUTO_TEST_CASE(a_bad_chunk_is_400) {
  for (const std::string octets :
       {"x\r\n\r\n", " 1\r\n{\r\n", "1 \r\n{\r\n", "-1\r\n\r\n", "0x1\r\n{\r\n0\r\n\r\n",
        "1\r\n{}\r\n0\r\n\r\n", "1\r\n{x\r\n0\r\n\r\n", "fffffffffffffffff\r\n\r\n",
        "1;\x01\r\n{\r\n", "1;=\r\n{\r\n", "1\n{\r\n0\r\n\r\n", "\r\n\r\n\r\n",
        "0\r\nA : b\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n", "0\r\nA:\r\n c\r\n\r\n"}) {
    check_closes(post_chunked(octets), 400);
  }
}

BOOST_AUTO_TEST_CASE(chunk_extensions_may_have_4_kib_and_more_is_400) {
  using protocol::max_chunk_extension_octets;
  const std::string text = user();
  const auto with = [&](std::size_t size) {
    return post_chunked("1;" + std::string(size - 1, 'x') + "\r\n{\r\n" + chunk(text.substr(1)) +
                        last_chunk);
  };
  check_stays(with(max_chunk_extension_octets - 1), 201);
  check_stays(with(max_chunk_extension_octets), 201);
  check_closes(with(max_chunk_extension_octets + 1), 400);
}

BOOST_AUTO_TEST_CASE(trailers_may_have_4_kib_and_more_is_400) {
  using protocol::max_trailer_octets;
  const auto with = [](std::size_t size) {
    return post_chunked(chunk(user()) + "0\r\nA: " + std::string(size - 5, 'x') + "\r\n\r\n");
  };
  check_stays(with(max_trailer_octets - 1), 201);
  check_stays(with(max_trailer_octets), 201);
  check_closes(with(max_trailer_octets + 1), 400);
}

BOOST_AUTO_TEST_CASE(a_body_may_have_64_kib_by_content_length_and_more_is_413_unread) {
  using protocol::max_body_octets;
  const std::string text = user();
  const auto with = [&](std::size_t size) {
    return post(text + std::string(size - text.size(), ' '));
  };
  check_stays(with(max_body_octets - 1), 201);
  check_stays(with(max_body_octets), 201);
  const std::string more = with(max_body_octets + 1);
  check_closes(more.substr(0, more.find("\r\n\r\n") + 4), 413);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_may_have_64_kib_and_more_is_413) {
  using protocol::max_body_octets;
  const std::string text = user();
  const auto with = [&](std::size_t size) {
    return post_chunked(chunk(text) + chunk(std::string(size - text.size(), ' ')) + last_chunk);
  };
  check_stays(with(max_body_octets - 1), 201);
  check_stays(with(max_body_octets), 201);
  check_closes(with(max_body_octets + 1), 413);
}

BOOST_AUTO_TEST_CASE(a_body_that_the_method_has_no_use_for_is_read_and_dropped) {
  check_stays("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /", 200);
  check_stays("DELETE /users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                  chunk("GET /") + last_chunk,
              405);
}

BOOST_AUTO_TEST_CASE(a_message_that_ends_in_the_middle_is_not_answered) {
  BOOST_TEST(ask("GET /livez HT").statuses.empty());
  BOOST_TEST(ask(get("/livez").substr(0, 25)).statuses.empty());
  const std::string all = post(user());
  BOOST_TEST(ask(all.substr(0, all.size() - 1)).statuses.empty());
  BOOST_TEST(ask(post_chunked(chunk(user()) + "0\r\n")).statuses.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
