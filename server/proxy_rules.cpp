#include "server/proxy_rules.hpp"

#include <algorithm>

namespace rollcall::server {

bool ProxyRules::apply_to(const std::optional<protocol::IpAddress>& peer) const noexcept {
  if (!versions) return false;
  if (!peer) return files;
  return std::any_of(networks.begin(), networks.end(),
                     [&](const protocol::IpNetwork& each) { return each.contains(*peer); });
}

}  // namespace rollcall::server
