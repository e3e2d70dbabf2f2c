#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "server/ops/log.hpp"

namespace rollcall::server {

/// Octets of memory that the control group of this process may have: the smallest limit of it and
/// of those above it, by cgroup version 2 or 1 (cgroups(7)); nothing if there is none. `root` is
/// where `/proc` and `/sys` are.
std::optional<std::uint64_t> memory_of_group(const std::string& root = "");

/// Octets of memory that this process has (proc(5), statm: resident); 0 without /proc.
std::uint64_t resident_octets();

/// Whether the process has more memory than it may have, as of the last look. One thread looks;
/// any thread may ask.
class MemoryWatch {
 public:
  /// What a look has found.
  enum class Change : std::uint8_t { none, full, has_room };

  /// 0 is any amount.
  explicit MemoryWatch(std::uint64_t most) noexcept : most_(most) {}

  /// The process has so much. It is full above most(), and has room again from a 32nd below it on,
  /// so that it does not change with every user.
  Change look(std::uint64_t resident) noexcept;
  bool is_full() const noexcept { return full_.load(std::memory_order_relaxed); }
  std::uint64_t most() const noexcept { return most_; }

 private:
  const std::uint64_t most_;
  std::atomic<bool> full_{false};
};

/// Looks at what this process has, and says in `log` what has changed.
void look_at_memory(MemoryWatch& watch, Log& log);

}  // namespace rollcall::server
