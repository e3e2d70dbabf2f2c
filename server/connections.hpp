#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/clock.hpp"
#include "server/connection/connection.hpp"
#include "server/ops/thread_metrics.hpp"

namespace rollcall::server {

/// The connections of one I/O thread. One that was found idle is not looked at again until
/// something happens to it or it has been idle for too long: ten thousand of them cost a tick next
/// to nothing. One thread.
class Connections {
 public:
  using All = std::vector<std::unique_ptr<Connection>>;

  /// What a tick finds.
  struct Survey {
    Clock::time_point longest_idle = Clock::time_point::max();  ///< Since when the one is.
    Clock::time_point write_waits = Clock::time_point::max();   ///< Since when the oldest does.
    std::array<std::uint64_t, activity_count> doing{};          ///< How many do what.
  };

  Connection& add(std::unique_ptr<Connection> connection);
  /// Destroys it.
  void remove(Connection& connection);
  /// Something happens to it, so the next tick looks at it. Before whatever an idle one is asked to
  /// do.
  void stir(const Connection& connection) noexcept { idle_since_[connection.place()] = stirred; }
  /// Calls `act` on each that is there now. Any of them may close itself or others; what is closed
  /// stays until it is removed.
  void for_each(void (Connection::*act)());
  /// Connection::on_tick(), for all whose deadline may have passed, or for `all`. One that is idle
  /// has `idle` until it is looked at.
  Survey tick(Clock::time_point now, std::chrono::milliseconds idle, bool all);

  const All& all() const noexcept { return all_; }
  bool empty() const noexcept { return all_.empty(); }
  std::size_t size() const noexcept { return all_.size(); }
  /// How many the last tick looked at.
  std::size_t looked() const noexcept { return looked_; }

 private:
  /// Stored for each request: as cheap as a constant can be.
  static constexpr Clock::time_point stirred{};

  All all_;
  /// By place: since when the one there has been idle, as the last tick found it; stirred
  /// otherwise.
  std::vector<Clock::time_point> idle_since_;
  std::size_t looked_ = 0;
};

}  // namespace rollcall::server
