#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "server/ops/health.hpp"
#include "server/ops/side_listener.hpp"

namespace rollcall::server {

/// What HAProxy's agent check is told (its manual, "agent-check"), with the end of its line: `up
/// ready` with the number of connections that it is to make at most, `drain`, or `down`. While the
/// store is loaded nothing, which changes nothing: what connects meanwhile waits and is not
/// refused.
std::string agent_line(Health::State state, std::uint64_t useful_connections);

/// Tells each that connects one line, and closes. One thread.
class AgentListener {
 public:
  /// Called on the listener's thread.
  using Line = std::function<std::string()>;

  /// See SideListener.
  AgentListener(const SideListener::Where& where, Line line);

  SideListener::Endpoint endpoint() const noexcept { return listener_.endpoint(); }

 private:
  class Connection;

  const Line line_;
  SideListener listener_;  ///< Last: it uses the above.
};

}  // namespace rollcall::server
