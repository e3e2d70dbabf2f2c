#pragma once

#include <chrono>
#include <ctime>

namespace rollcall::server {

/// Where a thread's time comes from: deadlines from the one, the Date field from the other. Tests
/// have one that they set.
class Clock {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  virtual time_point now() const noexcept = 0;
  /// Seconds since the epoch.
  virtual std::time_t date() const noexcept = 0;
};

/// The system's. Any thread.
inline const Clock& system_clock() noexcept {
  struct System final : Clock {
    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    std::time_t date() const noexcept override { return std::time(nullptr); }
  };
  static const System system;
  return system;
}

}  // namespace rollcall::server
