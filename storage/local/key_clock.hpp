#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rollcall::storage {

/// The time by which idempotency keys expire, in seconds: it must not be led astray by a system
/// clock that is set, for a key that is forgotten early makes a second user. So the system's clock
/// is looked at once, when there is no time yet. From then on this time goes on with the monotonic
/// clock only. A restart goes on from the latest time that the file has seen: how long the program
/// was stopped can't be known for certain, so a stop takes no time, and keys outlive it. One thread
/// at a time.
class KeyClock {
 public:
  using Monotonic = std::chrono::steady_clock;

  bool started() const noexcept { return started_; }

  /// The time is `seconds`, or later if it has been later before.
  void start(std::int64_t seconds) noexcept {
    base_ = started_ ? std::max(base_, seconds) : seconds;
    started_ = true;
  }

  /// The monotonic clock says `now`. The first call only notes it; a smaller one than before is
  /// ignored. Time before start() does not count.
  void advance(Monotonic::time_point now) noexcept {
    if (started_ && seen_ && now > last_) passed_ += now - last_;
    if (!seen_ || now > last_) last_ = now;
    seen_ = true;
  }

  /// Never smaller than before.
  std::int64_t now() const noexcept {
    return base_ + std::chrono::duration_cast<std::chrono::seconds>(passed_).count();
  }

 private:
  std::int64_t base_ = 0;
  Monotonic::duration passed_{};
  Monotonic::time_point last_{};
  bool seen_ = false;
  bool started_ = false;
};

}  // namespace rollcall::storage
