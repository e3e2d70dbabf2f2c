#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "server/clock.hpp"

namespace rollcall::server {

class Connection;

/// Which of a thread's connections has been idle longest. Nothing is kept in order for it: when it
/// is asked it looks at all of them, and remembers the first of the line. One thread.
class LongestIdle {
 public:
  using Connections = std::vector<std::unique_ptr<Connection>>;

  /// The one of `all` that has been idle longest; null if none is. When none was, it does not look
  /// again for idle_look_pause.
  Connection* find(const Connections& all, Clock::time_point now);
  /// The connection is closed.
  void forget(const Connection& connection);

 private:
  struct Candidate {
    Connection* connection;
    Clock::time_point since;
  };

  void look(const Connections& all);

  std::vector<Candidate> candidates_;  ///< The longest idle one last.
  Clock::time_point pause_ends_{};
};

}  // namespace rollcall::server
