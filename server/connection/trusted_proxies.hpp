#pragma once

#include <optional>

#include "protocol/http/ip_address.hpp"
#include "protocol/http/site.hpp"

namespace rollcall::server {

using protocol::IpAddress;

/// Peers whose X-Forwarded-* fields count.
struct TrustedProxies {
  protocol::Site site;  ///< For their requests; Site::proxies says who they are.

  bool trust(const std::optional<IpAddress>& peer) const noexcept;
};

}  // namespace rollcall::server
