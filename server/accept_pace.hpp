#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "server/accept_limits.hpp"
#include "server/clock.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

/// How many connections main takes from the kernel's queue, and which of them have waited there for
/// too long. What is not taken costs nothing: when the queue is full the kernel drops those that
/// come next. To take one, read its request and refuse it costs as much as to serve one. So while
/// the I/O threads can't keep up few are taken, and those that are connected already are served.
/// Knows no socket. One thread.
class AcceptPace {
 public:
  /// Of the thread that would get the next connection.
  struct Load {
    Clock::time_point::duration lag{};     ///< See TurnLag, also for the last two.
    std::size_t handed_over = 0;           ///< Connections that it has not taken over yet.
    Clock::time_point::duration each{};    ///< What one takes; 0: unknown.
    Clock::time_point::duration commit{};  ///< What a turn takes besides.
  };

  /// `most` is how long writes may wait, and a part of what connections may. With 0 as many are
  /// taken as there are.
  explicit AcceptPace(std::chrono::milliseconds most) noexcept
      : most_(most), too_long_(sudden_lateness * most) {}

  /// A look at the queue begins.
  void begin(const Load& load, Clock::time_point now) noexcept;
  /// The last look of all begins, which takes what is there.
  void begin_last() noexcept;
  /// Whether this look takes one more.
  bool takes_another() const noexcept { return room_ > 0 && takes_ > 0; }
  /// Whether took() needs to know the age: only if the queue was not empty for so long that
  /// something in it may be too old. Time in which nobody looked does not count: a program that was
  /// stopped, has just started or got no processor is not late before it has tried.
  bool asks_age() const noexcept { return asks_age_; }
  /// One was taken, whose latest octets came `age` ago; false if that is too long, and it is to be
  /// dropped.
  bool took(std::chrono::milliseconds age) noexcept;
  /// The queue is empty, or nothing can be taken from it.
  void emptied() noexcept { emptied_ = true; }
  /// The look is over. How long until the next one; 0: as soon as a connection waits.
  std::chrono::milliseconds end() noexcept;

 private:
  /// Connections that a thread may have that it has not taken over yet: what it reads and answers
  /// in a part of the delay, or in the time that it waits for the disk anyway.
  std::size_t most_handed_over(const Load& load) const noexcept;

  const std::chrono::milliseconds most_;
  const std::chrono::milliseconds too_long_;  ///< Of a connection that waits in the queue.
  /// How long the queue has not been empty, as far as it was looked at; nothing if it was.
  std::optional<Clock::time_point::duration> behind_for_;
  Clock::time_point looked_{};

  // The look.
  bool late_ = false;  ///< The thread can't keep up.
  bool asks_age_ = false;
  bool emptied_ = false;
  std::size_t room_ = 0;   ///< Connections that the thread still gets.
  std::size_t takes_ = 0;  ///< Those that are still taken, with those that are dropped.
};

}  // namespace rollcall::server
