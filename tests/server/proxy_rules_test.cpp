#include "server/proxy_rules.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {
namespace {

using protocol::parse_ip_address;

ProxyRules rules() {
  ProxyRules of;
  of.versions = protocol::ProxyVersions::any;
  of.networks.push_back(*protocol::IpNetwork::parse("10.0.0.0/8"));
  return of;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_rules)

BOOST_AUTO_TEST_CASE(they_apply_to_the_addresses_given_and_to_no_others) {
  BOOST_TEST(rules().apply_to(parse_ip_address("10.1.2.3")));
  BOOST_TEST(!rules().apply_to(parse_ip_address("11.1.2.3")));
  BOOST_TEST(!rules().apply_to(std::nullopt));
}

BOOST_AUTO_TEST_CASE(they_apply_to_files_if_that_is_asked_for) {
  ProxyRules of = rules();
  of.files = true;
  BOOST_TEST(of.apply_to(std::nullopt));
  BOOST_TEST(!of.apply_to(parse_ip_address("11.1.2.3")));
}

BOOST_AUTO_TEST_CASE(without_a_version_they_apply_to_nobody) {
  ProxyRules of = rules();
  of.files = true;
  of.versions.reset();
  BOOST_TEST(!of.apply_to(parse_ip_address("10.1.2.3")));
  BOOST_TEST(!of.apply_to(std::nullopt));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
