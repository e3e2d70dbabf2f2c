#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "server/limits.hpp"

namespace rollcall::server {

/// How many I/O threads work: one while one is enough, since two that share a load wake up and
/// commit more often than one that has all of it. Looks are balance_interval apart. One thread.
class ThreadBalance {
 public:
  /// 1 <= `least` <= `most`.
  ThreadBalance(unsigned least, unsigned most) noexcept
      : least_(least), most_(most), working_(least) {}

  /// Since the last look, `busy` is what each working thread used of a processor (0 to 1), and
  /// `idle` how many processors the whole machine left unused; nothing if that is unknown.
  void look(std::span<const double> busy, std::optional<double> idle) noexcept;

  /// The threads that are to have connections: the first ones, from `least` to `most`.
  unsigned working() const noexcept { return working_; }

 private:
  const unsigned least_;
  const unsigned most_;
  unsigned working_;
  unsigned full_looks_ = 0;   ///< In a row, in which one more would have helped.
  unsigned empty_looks_ = 0;  ///< In a row, in which one less would have been enough.
};

/// Connections that a thread with `most` should give to one with `least`, so that a difference that
/// matters goes: half of it, or none.
std::size_t connections_to_move(std::size_t most, std::size_t least) noexcept;

/// How many processors of the machine are unused, from /proc/stat. One thread.
class IdleProcessors {
 public:
  /// On average since the last call; nothing at the first one, or if the kernel does not say.
  std::optional<double> since_last() noexcept;
  /// The next call of since_last() is to be like the first.
  void forget() noexcept { last_.reset(); }

 private:
  struct Times {
    double idle;
    double all;
  };
  static std::optional<Times> read() noexcept;

  std::optional<Times> last_;
};

}  // namespace rollcall::server
