#include "protocol/http/ip_address.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::protocol {
namespace {

IpAddress address(std::string_view text) {
  const auto parsed = parse_ip_address(text);
  BOOST_REQUIRE_MESSAGE(parsed, text);
  return *parsed;
}

bool contains(const std::string& network, const std::string& peer) {
  const auto parsed = IpNetwork::parse(network);
  BOOST_REQUIRE_MESSAGE(parsed, network);
  return parsed->contains(address(peer));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ip_address)

BOOST_AUTO_TEST_CASE(an_address_is_parsed_and_written_in_its_own_form) {
  for (const char* text : {"203.0.113.9", "0.0.0.0", "::1", "2001:db8::a:1"}) {
    BOOST_TEST(text_of(address(text)) == text);
  }
  BOOST_TEST(text_of(address("::ffff:10.1.2.3")) == "10.1.2.3");
  BOOST_TEST(is_ipv4(address("10.1.2.3")));
  BOOST_TEST(!is_ipv4(address("::1")));
}

BOOST_AUTO_TEST_CASE(what_is_not_an_address_gives_nothing) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "x"sv, "1.2.3"sv, "1.2.3.4.5"sv, "01.2.3.4"sv, "256.1.1.1"sv, "[::1]"sv, ":::"sv,
        "1.2.3.4 "sv, "1.2.3.4\0"sv, "1::2::3"sv, "fe80::1%eth0"sv,
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    BOOST_TEST(!parse_ip_address(text), text);
  }
}

BOOST_AUTO_TEST_CASE(a_prefix_keeps_its_bits_and_no_others) {
  BOOST_TEST(text_of(prefix_of(address("203.0.113.9"), 24)) == "203.0.113.0");
  BOOST_TEST(text_of(prefix_of(address("203.0.113.9"), 32)) == "203.0.113.9");
  BOOST_TEST(text_of(prefix_of(address("203.0.113.255"), 25)) == "203.0.113.128");
  BOOST_TEST(text_of(prefix_of(address("2001:db8:1:2::3"), 48)) == "2001:db8:1::");
}

BOOST_AUTO_TEST_CASE(a_network_has_the_addresses_of_its_prefix_and_no_others) {
  BOOST_TEST(contains("10.0.0.0/8", "10.255.0.1"));
  BOOST_TEST(!contains("10.0.0.0/8", "11.0.0.0"));
  BOOST_TEST(contains("192.168.4.0/22", "192.168.7.255"));
  BOOST_TEST(!contains("192.168.4.0/22", "192.168.8.0"));
  BOOST_TEST(contains("127.0.0.1", "127.0.0.1"));
  BOOST_TEST(!contains("127.0.0.1", "127.0.0.2"));
  BOOST_TEST(contains("0.0.0.0/0", "203.0.113.9"));
  BOOST_TEST(!contains("0.0.0.0/0", "::1"));
  BOOST_TEST(contains("fd00::/9", "fd7f::1"));
  BOOST_TEST(!contains("fd00::/9", "fd80::1"));
  BOOST_TEST(contains("::/0", "::1"));
  // An IPv4 client of a socket for both.
  BOOST_TEST(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
}

BOOST_AUTO_TEST_CASE(what_is_not_a_network_or_has_bits_behind_its_prefix_is_refused) {
  for (const char* text :
       {"", "x", "10.0.0.0/33", "10.0.0.1/8", "::1/129", "fd00::1/8", "10.0.0.0/", "10.0.0.0/-1",
        "10.0.0.0/8x", "10.0.0/8", "[::1]", "10.0.0.0/8/8", "proxy.example"}) {
    BOOST_TEST(!IpNetwork::parse(text), text);
  }
  for (const char* text : {"10.0.0.0/32", "0.0.0.0/0", "::1/128", "::/0"}) {
    BOOST_TEST(IpNetwork::parse(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
