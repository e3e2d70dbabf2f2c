#pragma once

#include "protocol/http/cors.hpp"

namespace rollcall::protocol {

/// How clients reach the server, as far as answers depend on it. Set up at the start, then read by
/// any thread.
struct Site {
  Cors cors;

  /// Nothing is set: requests need not be looked at for it.
  bool plain() const noexcept { return !cors.on(); }
};

}  // namespace rollcall::protocol
