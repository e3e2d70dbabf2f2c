#include "server/connection/trusted_proxies.hpp"

#include <algorithm>

namespace rollcall::server {

bool TrustedProxies::trust(const std::optional<IpAddress>& peer) const noexcept {
  return peer && std::any_of(site.proxies.begin(), site.proxies.end(),
                             [&](const protocol::IpNetwork& each) { return each.contains(*peer); });
}

}  // namespace rollcall::server
