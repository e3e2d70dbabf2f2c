#include "server/connection/trusted_proxies.hpp"

#include <arpa/inet.h>

#include <boost/test/unit_test.hpp>

namespace rollcall::server {
namespace {

IpAddress address(const std::string& text) {
  IpAddress bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xff;
  BOOST_REQUIRE(::inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1);
  return bytes;
}

bool contains(const std::string& network, const std::string& peer) {
  const auto parsed = IpNetwork::parse(network);
  BOOST_REQUIRE_MESSAGE(parsed, network);
  return parsed->contains(address(peer));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trusted_proxies)

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

BOOST_AUTO_TEST_CASE(what_is_no_network_or_has_bits_behind_its_prefix_is_none) {
  for (const char* text :
       {"", "x", "10.0.0.0/33", "10.0.0.1/8", "::1/129", "fd00::1/8", "10.0.0.0/", "10.0.0.0/-1",
        "10.0.0.0/8x", "10.0.0/8", "[::1]", "10.0.0.0/8/8", "proxy.example"}) {
    BOOST_TEST(!IpNetwork::parse(text), text);
  }
  for (const char* text : {"10.0.0.0/32", "0.0.0.0/0", "::1/128", "::/0"}) {
    BOOST_TEST(IpNetwork::parse(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_is_trusted_if_one_network_has_its_address) {
  TrustedProxies proxies;
  BOOST_TEST(!proxies.trust(address("127.0.0.1")));
  for (const char* each : {"10.0.0.0/8", "::1"})
    proxies.networks.push_back(*IpNetwork::parse(each));
  BOOST_TEST(proxies.trust(address("10.9.8.7")));
  BOOST_TEST(proxies.trust(address("::1")));
  BOOST_TEST(!proxies.trust(address("127.0.0.1")));
  BOOST_TEST(!proxies.trust(std::nullopt));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
