#pragma once

#include <string>
#include <vector>

#include "protocol/http/cors.hpp"
#include "protocol/http/ip_address.hpp"

namespace rollcall::protocol {

/// How clients reach the server, as far as answers depend on it. Set up at the start, then read by
/// any thread.
struct Site {
  Cors cors;
  std::string base_path;           ///< Is before every path, for clients: an is_prefix(), or empty.
  bool trusts_peer = false;        ///< The peer is a proxy whose X-Forwarded-* fields count.
  std::vector<IpNetwork> proxies;  ///< With trusts_peer: the addresses of such proxies.
  bool notes_callers = false;      ///< Each request is to have a Caller.

  /// Nothing is set: requests need not be looked at for it.
  bool plain() const noexcept { return !cors.on() && !has_prefix() && !notes_callers; }
  /// Paths may be under others, for clients.
  bool has_prefix() const noexcept { return !base_path.empty() || trusts_peer; }
};

}  // namespace rollcall::protocol
