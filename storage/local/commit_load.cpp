#include "storage/local/commit_load.hpp"

#include <algorithm>
#include <cmath>

namespace rollcall::storage {
namespace {

void move(double& average, double value) noexcept { average += (value - average) / 16; }

}  // namespace

void CommitLoad::note_turn(bool has_writes, bool mixed) noexcept {
  if (mixed) {
    mixed_turns_ = turns_of_memory;
  } else if (mixed_turns_ > 0 && has_writes) {
    --mixed_turns_;
  }
}

void CommitLoad::note_commit(std::size_t writes, std::size_t waiting,
                             std::chrono::nanoseconds sync) noexcept {
  move(writes_, static_cast<double>(hides_sync_ ? writes + waiting : writes));
  move(sync_ns_, static_cast<double>(sync.count()));
  const double least = hides_sync_ ? min_writes_to_keep_thread : min_writes_for_thread;
  const double most = hides_sync_ ? max_writes_to_keep_thread : max_writes_for_thread;
  const std::chrono::duration<double, std::nano> average(sync_ns_);
  const auto longest = hides_sync_ ? max_sync_to_keep_thread_a_write : max_sync_to_hide_a_write;
  const bool worth_it = average >= min_sync_to_hide && average <= writes_ * longest;
  hides_sync_ = worth_it && writes_ >= least && writes_ <= most;
}

std::optional<std::size_t> CommitLoad::half() const noexcept {
  if (!hides_sync_) return std::nullopt;
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(writes_ / 2)));
}

}  // namespace rollcall::storage
