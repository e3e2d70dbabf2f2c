#pragma once

#include <optional>
#include <vector>

#include "protocol/http/ip_address.hpp"
#include "protocol/http/proxy_header.hpp"

namespace rollcall::server {

/// Which connections begin with a PROXY header. Nothing about a connection is guessed from what it
/// sends: one from these places must begin with a header, and no other one may.
struct ProxyRules {
  std::optional<protocol::ProxyVersions> versions;  ///< Nothing: no connection does.
  std::vector<protocol::IpNetwork> networks;        ///< Those from these addresses do, ...
  bool files = false;                               ///< ... and those to a Unix domain socket.

  bool apply_to(const std::optional<protocol::IpAddress>& peer) const noexcept;
};

}  // namespace rollcall::server
