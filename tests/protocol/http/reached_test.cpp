#include "protocol/http/reached.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

using Part = Reached::Part;

std::string prefix_of(std::string_view value) {
  Reached reached;
  reached.take_forwarded(Part::prefix, value);
  return reached.prefix();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reached)

BOOST_AUTO_TEST_CASE(a_prefix_is_a_path_that_no_client_takes_for_anything_else) {
  for (const char* prefix : {"/api", "/a/b-c_d~e", "/%C3%A4", "/v1.2", "/a:b@c", "/...", "/.a"}) {
    BOOST_TEST(is_prefix(prefix), prefix);
  }
  for (const char* none : {"",           "/",
                           "api",        "//evil.example",
                           "/a//b",      "/a/",
                           "/.",         "/..",
                           "/a/../b",    "/a/./b",
                           "/a b",       "/a\"",
                           "/a>",        "/a\\b",
                           "/a?b",       "/a#b",
                           "/%zz",       "/%00",
                           "/a\r\nX: y", "/\xc3\xa4",
                           "\\\\evil",   "https://evil.example"}) {
    BOOST_TEST(!is_prefix(none), none);
  }
}

BOOST_AUTO_TEST_CASE(a_prefix_may_have_128_octets) {
  for (const std::size_t octets : {127U, 128U, 129U}) {
    const std::string prefix = "/" + std::string(octets - 1, 'a');
    BOOST_TEST(is_prefix(prefix) == (octets <= max_prefix_octets));
    BOOST_TEST(prefix_of(prefix).empty() == (octets > max_prefix_octets));
  }
}

BOOST_AUTO_TEST_CASE(of_several_values_the_last_counts_and_a_bad_one_counts_for_nothing) {
  BOOST_TEST(prefix_of("/a, /b") == "/b");
  BOOST_TEST(prefix_of(" /a/ ") == "/a");
  BOOST_TEST(prefix_of("/a, //evil.example") == "");
  BOOST_TEST(prefix_of("/") == "");
  Reached reached;
  reached.take_host("inside:3000");
  reached.take_forwarded(Part::host, "evil.example, outside.example");
  reached.take_forwarded(Part::scheme, "http, HTTPS");
  BOOST_TEST(reached.origin(true) == "https://outside.example");
  reached.take_forwarded(Part::host, "a b");
  BOOST_TEST(reached.origin(true) == "https://inside:3000");
  reached.take_forwarded(Part::scheme, "javascript");
  BOOST_TEST(reached.origin(true) == "");
}

BOOST_AUTO_TEST_CASE(a_client_without_a_proxy_is_at_the_first_host_that_it_names) {
  Reached reached;
  BOOST_TEST(reached.origin(false) == "");
  for (const char* none : {"", "a b", "a>b", "a\"", "a/b", "a:b:c"}) reached.take_host(none);
  BOOST_TEST(reached.origin(false) == "");
  reached.take_host("users.example:8080");
  reached.take_host("other.example");
  BOOST_TEST(reached.origin(false) == "http://users.example:8080");
  BOOST_TEST(reached.origin(true) == "");
}

BOOST_AUTO_TEST_CASE(a_host_may_have_260_octets) {
  for (const std::size_t octets : {259U, 260U, 261U}) {
    Reached reached;
    reached.take_host(std::string(octets, 'a'));
    BOOST_TEST(reached.origin(false).empty() == (octets > max_host_octets));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
