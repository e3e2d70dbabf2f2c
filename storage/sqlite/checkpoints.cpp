#include "storage/sqlite/checkpoints.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/kept_locks.hpp"

namespace rollcall::storage {

CheckpointPace::CheckpointPace(int most) noexcept
    : most_(most), frames_(std::min(most, first_frames)) {}

int CheckpointPace::frames(int batch) const noexcept {
  constexpr int share = 4;
  return std::min(most_, std::max(frames_, batch / share));
}

void CheckpointPace::took(std::chrono::nanoseconds time,
                          std::chrono::nanoseconds commit_time) noexcept {
  if (most_ <= first_frames) return;
  const auto allowed = std::max<std::chrono::nanoseconds>(least_time, commit_time);
  if (time > allowed) {
    frames_ = std::max<int>(least_frames, static_cast<int>(frames_ * allowed / time));
  } else if (2 * time < allowed) {
    frames_ = std::min(2 * frames_, most_);
  }
}

void Checkpoints::committed(int frames) noexcept {
  // Not more than before: the WAL was copied as a whole, and has begun again.
  batch_frames_ = frames > frames_ ? frames - frames_ : frames;
  frames_ = frames;
  is_copied_ = false;
}

int Checkpoints::copy_part(std::chrono::nanoseconds commit_time) noexcept {
  using Clock = std::chrono::steady_clock;
  const auto index = database_.wal_index();
  if (!index) return SQLITE_IOERR_SHMMAP;
  const Clock::time_point begun = Clock::now();
  const auto part = static_cast<std::uint32_t>(pace_.frames(batch_frames_) + batch_frames_);
  const std::uint32_t end = std::min(index->copied + part, index->frames);
  int code = SQLITE_BUSY;
  if (end == index->frames) {
    code = copy();
  } else if (locks_.hold_checkpoints_at(end)) {
    code = copy();
    locks_.let_checkpoints_go();
  }
  const bool reached = code == SQLITE_OK && static_cast<std::uint32_t>(copied_) >= end;
  reached ? backoff_.succeeded() : backoff_.failed();
  if (reached && end == index->copied + part) pace_.took(Clock::now() - begun, commit_time);
  return code == SQLITE_BUSY ? SQLITE_OK : code;
}

int Checkpoints::copy_all() noexcept { return copy(); }

int Checkpoints::copy() noexcept {
  int frames = 0;
  int copied = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), "main", SQLITE_CHECKPOINT_PASSIVE,
                                             &frames, &copied);
  if (code != SQLITE_OK) return code;
  frames_ = std::max(frames, 0);
  copied_ = std::max(copied, 0);
  is_copied_ = frames_ == copied_;
  return code;
}

std::uint64_t Checkpoints::frames_left() const noexcept {
  if (is_copied_) return 0;
  const auto index = database_.wal_index();
  return index ? index->frames - index->copied : 0;
}

}  // namespace rollcall::storage
