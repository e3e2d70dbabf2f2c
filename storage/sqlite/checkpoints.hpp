#pragma once

#include <chrono>
#include <cstdint>

#include "storage/limits.hpp"
#include "storage/sqlite/backoff.hpp"

namespace rollcall::storage {

class KeptLocks;
class SqliteDatabase;

/// How many frames one part of a checkpoint copies beside as many as the latest batch wrote: as
/// many as the disk takes in about the time of a batch, so that no batch waits much longer than for
/// the one before it. Pure: told what the time was.
class CheckpointPace {
 public:
  /// What a part may take, however fast commits are.
  static constexpr std::chrono::milliseconds least_time{25};
  /// Frames of the first part, when nothing is known of the disk. A whole checkpoint of no more is
  /// made in one part.
  static constexpr int first_frames = 16;
  /// Of any part, so that the WAL gets shorter with each.
  static constexpr int least_frames = 4;

  /// A whole checkpoint has `most` frames.
  explicit CheckpointPace(int most) noexcept;

  /// For the part that comes when the latest batch wrote `batch`; these do not count.
  int frames(int batch) const noexcept;
  /// A part, a full one, took `time`, and the latest commit `commit_time`.
  void took(std::chrono::nanoseconds time, std::chrono::nanoseconds commit_time) noexcept;

 private:
  int most_;
  int frames_;
};

/// When the WAL is copied to the data file, and how much of it at a time. A checkpoint of SQLite
/// copies all that no reader holds back: on a slow disk, or after a reader that stayed for long,
/// for any time. Here one copies a part (CheckpointPace), and the next ones, between the next
/// batches, copy the rest. So a batch waits for a bounded time, and the WAL still gets shorter with
/// each. One thread at a time.
class Checkpoints {
 public:
  /// Both must outlive it. `locks` keep those of `database`.
  Checkpoints(SqliteDatabase& database, KeptLocks& locks) noexcept
      : database_(database), locks_(locks) {}

  /// One is due once the WAL has this many frames.
  void set_due_from(int frames) noexcept {
    due_from_ = frames;
    pace_ = CheckpointPace(frames);
  }

  /// A transaction was committed: the WAL has `frames` now.
  void committed(int frames) noexcept;
  /// Some time has passed: one that failed, or that a reader held back, may be tried again.
  void look() noexcept { backoff_.look(); }

  /// Whether it is time for one. One that failed, or left frames to a reader, is not tried again at
  /// every batch: only to look for what can be copied takes SQLite time in proportion to the WAL.
  bool is_due() const noexcept { return wanted() && backoff_.may_try(); }
  /// Whether there is enough to copy.
  bool wanted() const noexcept { return !is_copied_ && frames_ >= due_from_; }

  /// Copies a bounded part: SQLITE_OK, also if a reader holds it back, or an error. `commit_time`
  /// is what the latest commit took. To be called without a transaction.
  int copy_part(std::chrono::nanoseconds commit_time) noexcept;
  /// Copies all that no reader holds back.
  int copy_all() noexcept;

  /// Frames that are not in the data file, or not for certain.
  std::uint64_t frames_left() const noexcept;

 private:
  int copy() noexcept;

  SqliteDatabase& database_;
  KeptLocks& locks_;
  Backoff backoff_;
  int due_from_ = default_checkpoint_frames;
  CheckpointPace pace_{default_checkpoint_frames};
  int frames_ = 0;         ///< In the WAL.
  int batch_frames_ = 0;   ///< Of the latest transaction.
  int copied_ = 0;         ///< When the latest checkpoint ended.
  bool is_copied_ = true;  ///< Every frame is in the data file, and synced there.
};

}  // namespace rollcall::storage
