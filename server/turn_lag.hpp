#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

#include "server/accept_limits.hpp"
#include "server/clock.hpp"

namespace rollcall::server {

/// How long a connection that is ready waits for its I/O thread, because many others are ready too:
/// what a turn takes to read and to answer all of them, without what the store takes to commit.
/// With up to min_crowd it is 0: if few make a turn long, it would be as long with fewer
/// connections. With fewer than min_timed_connections the clock is not read. The thread writes; any
/// thread reads.
class TurnLag {
 public:
  using Duration = Clock::time_point::duration;

  /// `clock` must outlive this.
  explicit TurnLag(const Clock& clock) noexcept : clock_(clock) {}

  /// A turn begins, which has found() so many.
  void begin(Clock::time_point now, std::size_t connections) noexcept {
    begun_ = now;
    found(connections);
  }
  /// It has found so many more connections that are ready, and is about to read them.
  void found(std::size_t connections) noexcept {
    found_ += connections;
    if (found_ > min_crowd) reading_since_.store(begun_, relaxed);
  }
  /// It has read all of them.
  void read() noexcept {
    if (found_ < min_timed_connections) return;
    read_for_ = clock_.now() - begun_;
    reading_since_.store(none, relaxed);
  }
  /// It has answered what is done, since `since`, and is over. Answers without a turn do not count.
  void answered(Clock::time_point since) noexcept {
    if (found_ == 0) return;
    Duration lag(0);
    if (found_ >= min_timed_connections) {
      const Duration turn = read_for_ + (clock_.now() - since);
      each_.store(turn / static_cast<Duration::rep>(found_), relaxed);
      commit_.store(since - (begun_ + read_for_), relaxed);
      if (found_ > min_crowd) lag = turn;
    }
    last_.store(lag, relaxed);
    found_ = 0;
    was_long_ago_ = false;
  }
  /// A tick is over: what was in the one before it says nothing any more.
  void tick() noexcept {
    if (std::exchange(was_long_ago_, true)) last_.store(Duration(0), relaxed);
  }

  /// Of the last turn, or of the one that is under way if that is more already.
  Duration now() const noexcept {
    const Clock::time_point since = reading_since_.load(relaxed);
    const Duration last = last_.load(relaxed);
    return since == none ? last : std::max(last, clock_.now() - since);
  }
  /// What one connection took of the last turn that tells; 0 before there was one.
  Duration each() const noexcept { return each_.load(relaxed); }
  /// What that turn took to commit.
  Duration commit() const noexcept { return commit_.load(relaxed); }

 private:
  static constexpr std::memory_order relaxed = std::memory_order_relaxed;
  static constexpr Clock::time_point none{};

  const Clock& clock_;
  Clock::time_point begun_{};
  std::size_t found_ = 0;
  Duration read_for_{0};
  bool was_long_ago_ = false;                           ///< There was no turn since the last tick.
  std::atomic<Clock::time_point> reading_since_{none};  ///< Of a turn that reads many.
  std::atomic<Duration> last_{Duration(0)};
  std::atomic<Duration> each_{Duration(0)};
  std::atomic<Duration> commit_{Duration(0)};
};

}  // namespace rollcall::server
