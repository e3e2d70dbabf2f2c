#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "protocol/http/site.hpp"

namespace rollcall::server {

/// An IP address: of IPv4 as it is mapped to IPv6 (RFC 4291, section 2.5.5.2).
using IpAddress = std::array<unsigned char, 16>;

/// A range of addresses.
class IpNetwork {
 public:
  /// Parses an address, or one with a slash and the length of its prefix (RFC 4632, section 3.1).
  /// Nothing if `text` is anything else, or has bits set behind the prefix.
  static std::optional<IpNetwork> parse(const std::string& text);
  bool contains(const IpAddress& address) const noexcept;

 private:
  IpAddress address_{};
  unsigned prefix_bits_ = 0;
};

/// Peers whose X-Forwarded-* fields count.
struct TrustedProxies {
  std::vector<IpNetwork> networks;
  protocol::Site site;  ///< For their requests.

  bool trust(const std::optional<IpAddress>& peer) const noexcept;
};

}  // namespace rollcall::server
