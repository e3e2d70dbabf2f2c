#include "server/cli/site_options.hpp"

#include "protocol/http/reached.hpp"
#include "protocol/limits.hpp"

namespace rollcall::server {

protocol::Site site_of(const Settings& settings) {
  protocol::Site site;
  if (const auto origins = settings.find("cors-origin"); origins != settings.end()) {
    for (const std::string& each : origins->second.texts) {
      if (const auto fault = site.cors.allow(each)) {
        throw UsageError(origins->second.origin + ": '" + each + "' " + std::string(*fault));
      }
    }
  }
  if (const auto path = settings.find("base-path"); path != settings.end()) {
    site.base_path = path->second.texts.front();
    if (site.base_path.ends_with('/')) site.base_path.pop_back();
    if (!site.base_path.empty() && !protocol::is_prefix(site.base_path)) {
      static_assert(protocol::max_prefix_octets == 128);
      throw UsageError(path->second.origin +
                       " must be a path such as /api, of at most 128 octets, "
                       "not '" +
                       path->second.texts.front() + "'");
    }
  }
  return site;
}

TrustedProxies proxies_of(const Settings& settings, const protocol::Site& site) {
  TrustedProxies proxies;
  proxies.site = site;
  proxies.site.trusts_peer = true;
  const auto found = settings.find("trusted-proxy");
  if (found == settings.end()) return proxies;
  for (const std::string& each : found->second.texts) {
    const auto network = protocol::IpNetwork::parse(each);
    if (!network) {
      throw UsageError(found->second.origin +
                       " must be an address or a network without bits behind its prefix, such as "
                       "10.0.0.0/8 or ::1, not '" +
                       each + "'");
    }
    proxies.site.proxies.push_back(*network);
  }
  return proxies;
}

}  // namespace rollcall::server
