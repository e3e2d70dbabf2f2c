#include "server/cli/proxy_options.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {
namespace {

Settings given(const std::string& protocol, const std::vector<std::string>& from) {
  Settings settings{{"proxy-protocol", {{protocol}, "--proxy-protocol"}}};
  if (!from.empty()) settings["proxy-from"] = {from, "--proxy-from"};
  return settings;
}

std::string mistake(const std::string& protocol, const std::vector<std::string>& from) {
  try {
    proxy_rules_of(given(protocol, from));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_options)

BOOST_AUTO_TEST_CASE(by_default_no_connection_begins_with_a_header) {
  BOOST_TEST(!proxy_rules_of({}).versions.has_value());
  BOOST_TEST(text_of(proxy_rules_of(given("off", {"::1"}))) == "off");
}

BOOST_AUTO_TEST_CASE(they_say_which_version_and_from_whom) {
  const ProxyRules rules = proxy_rules_of(given("v2", {"10.0.0.0/8", "::1", "unix"}));
  BOOST_TEST(text_of(rules) == "v2");
  BOOST_TEST(rules.networks.size() == 2U);
  BOOST_TEST(rules.files);
  BOOST_TEST(text_of(proxy_rules_of(given("any", {"::1"}))) == "any");
  BOOST_TEST(!proxy_rules_of(given("any", {"::1"})).files);
}

BOOST_AUTO_TEST_CASE(without_the_proxies_it_is_refused_to_guess_them) {
  BOOST_TEST(mistake("v2", {}) ==
             "--proxy-protocol needs --proxy-from: say which proxies send a PROXY header");
  BOOST_TEST(mistake("v1", {"::1"}) == "--proxy-protocol must be off, v2 or any, not 'v1'");
  BOOST_TEST(mistake("any", {"10.0.0.1/8"}).find("not '10.0.0.1/8'") != std::string::npos);
  BOOST_TEST(mistake("any", {"localhost"}).find("--proxy-from must be unix, an address") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
