#include "server/connection/trusted_proxies.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(trusted_proxies)

BOOST_AUTO_TEST_CASE(a_peer_is_trusted_if_one_network_has_its_address) {
  using protocol::IpNetwork;
  using protocol::parse_ip_address;
  TrustedProxies proxies;
  BOOST_TEST(!proxies.trust(parse_ip_address("127.0.0.1")));
  for (const char* each : {"10.0.0.0/8", "::1"}) {
    proxies.site.proxies.push_back(*IpNetwork::parse(each));
  }
  BOOST_TEST(proxies.trust(parse_ip_address("10.9.8.7")));
  BOOST_TEST(proxies.trust(parse_ip_address("::1")));
  BOOST_TEST(!proxies.trust(parse_ip_address("127.0.0.1")));
  BOOST_TEST(!proxies.trust(std::nullopt));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
