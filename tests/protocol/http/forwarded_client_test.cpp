#include "protocol/http/forwarded_client.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace rollcall::protocol {
namespace {

const std::vector<IpNetwork> trusted{*IpNetwork::parse("10.0.0.0/8"),
                                     *IpNetwork::parse("fd00::/8")};

std::string text(const ForwardedClient& client) {
  const auto address = client.address();
  return address ? text_of(*address) : "";
}

/// The client that X-Forwarded-For fields with these values tell; empty if none.
std::string by_list(const std::vector<std::string_view>& values) {
  ForwardedClient client;
  for (const std::string_view each : values) client.take_x_forwarded_for(each, trusted);
  return text(client);
}

std::string by_forwarded(const std::vector<std::string_view>& values) {
  ForwardedClient client;
  for (const std::string_view each : values) client.take_forwarded(each, trusted);
  return text(client);
}

std::string node(std::string_view value) {
  const auto address = parse_node(value);
  return address ? text_of(*address) : "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarded_client)

BOOST_AUTO_TEST_CASE(the_last_address_that_is_not_a_proxys_own_is_the_client) {
  BOOST_TEST(by_list({"203.0.113.9"}) == "203.0.113.9");
  BOOST_TEST(by_list({"203.0.113.9, 10.0.0.7, 10.0.0.8"}) == "203.0.113.9");
  BOOST_TEST(by_list({"2001:db8::1,fd00::9"}) == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(what_a_client_has_put_before_it_does_not_count) {
  BOOST_TEST(by_list({"198.51.100.1, 203.0.113.9, 10.0.0.7"}) == "203.0.113.9");
  BOOST_TEST(by_list({"10.0.0.1, 203.0.113.9"}) == "203.0.113.9");
  BOOST_TEST(by_list({"x, 203.0.113.9"}) == "203.0.113.9");
  BOOST_TEST(by_list({"198.51.100.1, x, 10.0.0.7"}) == "10.0.0.7");
  BOOST_TEST(by_list({"198.51.100.1, unknown"}) == "");
}

BOOST_AUTO_TEST_CASE(several_fields_are_one_list) {
  BOOST_TEST(by_list({"198.51.100.1", "203.0.113.9", "10.0.0.7"}) == "203.0.113.9");
  BOOST_TEST(by_list({"203.0.113.9", "10.0.0.7,10.0.0.8"}) == "203.0.113.9");
  BOOST_TEST(by_list({"203.0.113.9", ""}) == "");
}

BOOST_AUTO_TEST_CASE(if_all_are_proxies_the_first_one_is_the_client) {
  BOOST_TEST(by_list({"10.0.0.1, 10.0.0.2"}) == "10.0.0.1");
  BOOST_TEST(by_list({"10.0.0.1", "10.0.0.2"}) == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(without_a_field_nothing_is_told) {
  BOOST_TEST(by_list({}) == "");
  BOOST_TEST(by_forwarded({}) == "");
}

BOOST_AUTO_TEST_CASE(forwarded_is_read_as_rfc_7239_has_it) {
  BOOST_TEST(by_forwarded({"for=203.0.113.9"}) == "203.0.113.9");
  BOOST_TEST(by_forwarded({"proto=https;FOR=\"[2001:db8::1]:4711\";by=10.0.0.1"}) == "2001:db8::1");
  BOOST_TEST(by_forwarded({"for=198.51.100.1, for=203.0.113.9;proto=http, for=10.0.0.7"}) ==
             "203.0.113.9");
  BOOST_TEST(by_forwarded({"for=203.0.113.9", "for=10.0.0.7"}) == "203.0.113.9");
  BOOST_TEST(by_forwarded({"host=\"a,for=1.1.1.1;b\\\"\";for=203.0.113.9"}) == "203.0.113.9");
  BOOST_TEST(by_forwarded({"for=203.0.113.9, for=_hidden"}) == "");
  BOOST_TEST(by_forwarded({"for=203.0.113.9, proto=http"}) == "");
}

BOOST_AUTO_TEST_CASE(a_forwarded_that_proxies_passed_on_does_not_count_beside_their_own) {
  ForwardedClient client;
  client.take_forwarded("for=198.51.100.1", trusted);
  client.take_x_forwarded_for("203.0.113.9", trusted);
  BOOST_TEST(text(client) == "203.0.113.9");
  ForwardedClient hidden;
  hidden.take_x_forwarded_for("unknown", trusted);
  hidden.take_forwarded("for=198.51.100.1", trusted);
  BOOST_TEST(text(hidden) == "");
}

BOOST_AUTO_TEST_CASE(an_address_may_have_a_port_behind_it) {
  BOOST_TEST(node("203.0.113.9:80") == "203.0.113.9");
  BOOST_TEST(node("[2001:db8::1]:65535") == "2001:db8::1");
  BOOST_TEST(node("[2001:db8::1]") == "2001:db8::1");
  BOOST_TEST(node("2001:db8::1") == "2001:db8::1");
  for (const char* none : {"", ":80", "203.0.113.9:", "203.0.113.9:x", "203.0.113.9:123456", "[",
                           "[]", "[::1", "[::1]x", "[::1]:", "[203.0.113.9]:80", "_a", "unknown"}) {
    BOOST_TEST(node(none) == "", none);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
