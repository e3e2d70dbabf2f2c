#include "protocol/http/plain_head.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/http/request_parser.hpp"

namespace rollcall::protocol {
namespace {

const std::string create =
    "POST /users HTTP/1.1\r\nHost: localhost:3000\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
    "X-Forwarded-For: 10.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 72\r\n\r\n";

bool is_plain(std::string_view bytes) {
  PlainHead head;
  return read_plain_head(bytes, head);
}

std::string get(const std::string& fields) { return "GET /users/5 HTTP/1.1\r\n" + fields + "\r\n"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_head)

BOOST_AUTO_TEST_CASE(what_clients_and_balancers_send_is_understood) {
  PlainHead head;
  BOOST_REQUIRE(read_plain_head(create + "{}", head));
  BOOST_TEST((head.method == Method::post));
  BOOST_TEST((head.target.resource == Resource::users));
  BOOST_TEST((head.media_type == MediaType::json));
  BOOST_TEST(head.content_length == 72U);
  BOOST_TEST(head.octets == create.size());
  PlainHead found;
  BOOST_REQUIRE(read_plain_head("GET /users?limit=5 HTTP/1.1\r\nhOST:x\r\n\r\n", found));
  BOOST_TEST((found.method == Method::get));
  BOOST_TEST(found.target.query == "limit=5");
  BOOST_TEST(found.content_length == 0U);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_cut_anywhere_is_not_plain) {
  for (std::size_t size = 0; size < create.size(); ++size) {
    BOOST_TEST(!is_plain(create.substr(0, size)), size);
  }
}

BOOST_AUTO_TEST_CASE(what_means_something_or_is_wrong_is_left_to_the_general_parser) {
  BOOST_REQUIRE(is_plain(get("Host: x\r\n")));
  for (const char* fields : {"",
                             "Host: x\r\nHost: x\r\n",
                             "Host: a b\r\n",
                             "Host : x\r\n",
                             "Host: x\r\nConnection: close\r\n",
                             "Host: x\r\nTransfer-Encoding: chunked\r\n",
                             "Host: x\r\nExpect: 100-continue\r\n",
                             "Host: x\r\nIf-Match: *\r\n",
                             "Host: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
                             "Host: x\r\nContent-Length: 65537\r\n",
                             "Host: x\r\nContent-Length: +1\r\n",
                             "Host: x\r\nContent-Length: 1 \r\n",
                             "Host: x\r\nContent-Length:\r\n",
                             "Host: x\r\nContent-Type: a\r\nContent-Type: a\r\n",
                             "Host: x\r\nX: \x01\r\n",
                             "Host: x\r\nX: \xff\r\n",
                             "Host: x\r\nX y: z\r\n",
                             "Host: x\r\n: z\r\n",
                             "Host: x\r\nX\r\n",
                             "Host: x\r\n X: y\r\n",
                             "Host: x\r\nA: b\r\n c\r\n",
                             "Host: x\nA: b\r\n",
                             "Host: x\r\r\n",
                             "Host: x\r\nContent\rType: x\r\n",
                             "Host: x\r\nContent-Encoding: gzip\r\n"}) {
    BOOST_TEST(!is_plain(get(fields)), fields);
  }
  for (const char* line :
       {"TRACE / HTTP/1.1", "get / HTTP/1.1", "GET / HTTP/1.0", "GET  / HTTP/1.1",
        "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET /% HTTP/1.1", "GET / http/1.1", "GET /", "",
        "\r\nGET / HTTP/1.1"}) {
    BOOST_TEST(!is_plain(std::string(line) + "\r\nHost: x\r\n\r\n"), line);
  }
}

BOOST_AUTO_TEST_CASE(a_plain_head_may_have_32_fields_and_2048_octets) {
  for (const std::size_t count : {31U, 32U, 33U}) {
    std::string fields = "Host: x\r\n";
    for (std::size_t i = 1; i < count; ++i) fields += "X: y\r\n";
    BOOST_TEST(is_plain(get(fields)) == (count <= max_plain_fields));
  }
  const std::size_t other = get("Host: x\r\nX: \r\n").size();
  for (const std::size_t size : {2'047U, 2'048U, 2'049U}) {
    const std::string head = get("Host: x\r\nX: " + std::string(size - other, 'v') + "\r\n");
    BOOST_TEST(head.size() == size);
    BOOST_TEST(is_plain(head) == (size <= max_plain_head_octets));
  }
}

BOOST_AUTO_TEST_CASE(a_body_may_have_64_kib) {
  for (const std::size_t length : {65'535U, 65'536U, 65'537U}) {
    BOOST_TEST(is_plain(get("Host: x\r\nContent-Length: " + std::to_string(length) + "\r\n")) ==
               (length <= max_body_octets));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
