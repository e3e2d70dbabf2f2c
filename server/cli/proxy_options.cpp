#include "server/cli/proxy_options.hpp"

#include <boost/program_options.hpp>

namespace rollcall::server {

namespace po = boost::program_options;
using protocol::ProxyVersions;

void describe_proxy_protocol(po::options_description& options) {
  using Texts = std::vector<std::string>;
  options.add_options()  //
      ("proxy-protocol", po::value<Texts>()->value_name("off|v2|any"),
       "connections of --proxy-from begin with a PROXY header, of version 2 or any (default: "
       "off)")  //
      ("proxy-from", po::value<Texts>()->value_name("CIDR|unix")->composing(),
       "address or network of a proxy that sends one, or unix for the files of --listen; may be "
       "repeated");
}

ProxyRules proxy_rules_of(const Settings& settings) {
  ProxyRules rules;
  const auto protocol = settings.find("proxy-protocol");
  const std::string which = protocol == settings.end() ? "off" : protocol->second.texts.front();
  if (which == "v2") {
    rules.versions = ProxyVersions::two;
  } else if (which == "any") {
    rules.versions = ProxyVersions::any;
  } else if (which != "off") {
    throw UsageError(protocol->second.origin + " must be off, v2 or any, not '" + which + "'");
  }
  const auto from = settings.find("proxy-from");
  if (from == settings.end()) {
    if (!rules.versions) return rules;
    throw UsageError(protocol->second.origin +
                     " needs --proxy-from: say which proxies send a PROXY header");
  }
  for (const std::string& each : from->second.texts) {
    const auto network = protocol::IpNetwork::parse(each);
    if (network) {
      rules.networks.push_back(*network);
    } else if (each == "unix") {
      rules.files = true;
    } else {
      throw UsageError(from->second.origin +
                       " must be unix, an address or a network without bits behind its prefix, "
                       "such as 10.0.0.0/8 or ::1, not '" +
                       each + "'");
    }
  }
  return rules;
}

std::string text_of(const ProxyRules& rules) {
  if (!rules.versions) return "off";
  return *rules.versions == ProxyVersions::two ? "v2" : "any";
}

}  // namespace rollcall::server
