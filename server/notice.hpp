#pragma once

#include <optional>

#include "server/clock.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

/// A line of the log that would be said again and again: once in notice_interval is enough.
class Notice {
 public:
  /// Whether it is to be said now; then it was.
  bool is_due(Clock::time_point now) noexcept {
    if (last_ && now - *last_ < notice_interval) return false;
    last_ = now;
    return true;
  }

 private:
  std::optional<Clock::time_point> last_;
};

}  // namespace rollcall::server
