#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "storage/postgres/connection.hpp"

namespace rollcall::storage::postgres {

/// The pause behind a batch in which those who were answered may write again, so that one batch
/// takes the place of two. A batch costs the database as much as some sixty rows, however few it
/// has.
///
/// It is made only where that pays: the database was slow (slow_batch), the next batch would be
/// small (small_batch), and somebody is known who could still join it: who was answered, or waited
/// already when the batch before was done. It ends when as many as these wait, and lasts no longer
/// than 1/linger_share of the batch before took, nor than `most`. Where hardly anybody joins, it is
/// left out for some batches, twice as many each time.
///
/// Knows no clock: the caller says what time it is. The loop's thread.
class Linger {
 public:
  /// With a `most` of 0 there is never a pause.
  explicit Linger(std::chrono::nanoseconds most) noexcept : most_(most) {}

  /// A batch was done at `now`: the database took `time` for it, and so many writes were answered.
  void answered(std::size_t writes, std::chrono::nanoseconds time, Clock::time_point now) noexcept {
    if (most_.count() > 0) note(writes, time, now);
  }
  /// So many writes wait at `now`: true if they are to wait for more. If not, the pause is over.
  bool holds(std::size_t waiting, Clock::time_point now) noexcept {
    return state_ != State::none && decide(waiting, now);
  }

  /// holds() was true when it was asked last. Then:
  bool is_on() const noexcept { return state_ == State::pausing || state_ == State::holding; }
  /// With so many more writes it is over, ...
  std::size_t missing() const noexcept { return missing_; }
  /// ... and at the latest then.
  Clock::time_point until() const noexcept { return until_; }
  /// How long writes waited in the last pause, if it is over and no other one was begun since.
  std::chrono::nanoseconds held() const noexcept { return held_; }

 private:
  enum class State : std::uint8_t {
    none,      ///< What waits is sent.
    answered,  ///< A batch was done. It is not known yet who waits then.
    pausing,   ///< Nobody waits yet.
    holding,   ///< Somebody waits for more.
  };

  void note(std::size_t writes, std::chrono::nanoseconds time, Clock::time_point now) noexcept;
  bool decide(std::size_t waiting, Clock::time_point now) noexcept;
  bool begin(std::size_t waiting) noexcept;
  void end(std::size_t waiting, Clock::time_point now) noexcept;

  std::chrono::nanoseconds most_;
  State state_ = State::none;
  std::size_t answered_ = 0;  ///< By the last batch.
  std::size_t waited_ = 0;    ///< When the pause began.
  std::size_t expected_ = 0;  ///< With so many it ends.
  std::size_t missing_ = 0;
  Clock::time_point until_{};
  Clock::time_point held_since_{};  ///< If it is holding.
  std::chrono::nanoseconds held_{0};
  unsigned left_out_ = 0;  ///< Pauses that are still to be left out.
  unsigned rest_ = 0;      ///< So many were, since the last one that paid.
};

}  // namespace rollcall::storage::postgres
