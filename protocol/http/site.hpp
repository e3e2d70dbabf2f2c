#pragma once

#include <string>

#include "protocol/http/cors.hpp"

namespace rollcall::protocol {

/// How clients reach the server, as far as answers depend on it. Set up at the start, then read by
/// any thread.
struct Site {
  Cors cors;
  std::string base_path;     ///< Is before every path, for clients: an is_prefix(), or empty.
  bool trusts_peer = false;  ///< The peer is a proxy whose X-Forwarded-* fields count.

  /// Nothing is set: requests need not be looked at for it.
  bool plain() const noexcept { return !cors.on() && base_path.empty() && !trusts_peer; }
};

}  // namespace rollcall::protocol
