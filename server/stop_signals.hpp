#pragma once

#include <cstdint>

#include "server/clock.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

/// What a signal that ends the program means: the first one begins the end, and a second one is of
/// somebody who does not wait for it. The same one, up to same_signal_time later, is still the
/// first. One thread.
class StopSignals {
 public:
  enum class Meaning : std::uint8_t { begin_end, nothing_new, end_now };

  /// `number` has arrived at `now`.
  Meaning arrived(int number, Clock::time_point now) noexcept {
    if (first_ == 0) {
      first_ = number;
      since_ = now;
      return Meaning::begin_end;
    }
    const bool again = number == first_ && now - since_ <= same_signal_time;
    return again ? Meaning::nothing_new : Meaning::end_now;
  }

 private:
  int first_ = 0;  ///< 0: none has arrived.
  Clock::time_point since_{};
};

}  // namespace rollcall::server
