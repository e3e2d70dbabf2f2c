#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "storage/status.hpp"
#include "storage/store_options.hpp"

namespace rollcall::storage {

/// What one commit of a durable store was.
struct CommitFacts {
  std::size_t writes = 0;                 ///< That it made durable, if `status` is ok.
  Status status = Status::ok;             ///< How it ended.
  CommitBy by = CommitBy::turn;           ///< Who made it: turn or thread.
  std::chrono::nanoseconds time{0};       ///< That it took, `sync_time` included.
  std::chrono::nanoseconds sync_time{0};  ///< That it waited for the disk.
  std::chrono::nanoseconds held{0};  ///< That it was held back before, so that more could join it.
};

/// What a store has to tell its operator while it runs. It says nothing by itself: what becomes of
/// an event (a line of a log, a metric) is the program's. Must outlive the store. The calls come
/// from any thread, one at a time for each kind; they must not throw, call the store or wait.
class Events {
 public:
  /// There was no store at `path`; a new one was created.
  virtual void created(const std::string& path) noexcept = 0;

  /// The WAL of the data file at `path` ended in this many frames of transactions that were never
  /// finished: nothing in them was acknowledged.
  virtual void unfinished_dropped(const std::string& path, std::uint64_t frames) noexcept = 0;

  /// Others than the owner may read the file `path`, whose permission bits are `mode`, or write it.
  /// Users' data is in it.
  virtual void open_to_others(const std::string& path, unsigned mode) noexcept = 0;

  /// The run before this one did not copy all of its WAL to the data file at `path`, as after a
  /// crash: `frames` were taken over from it.
  virtual void recovered(const std::string& path, std::uint64_t frames) noexcept = 0;

  /// The data file at `path` was brought from an older schema to that of this program. `copy` is as
  /// it was before.
  virtual void upgraded(const std::string& path, const std::string& copy) noexcept = 0;

  /// The database acknowledges what a standby has only in its memory: `setting` is its
  /// synchronous_commit.
  virtual void commits_weakly(const std::string& /*setting*/) noexcept {}

  /// A batch was committed, or was not. Comes so often that it is to cost little.
  virtual void committed(const CommitFacts&) noexcept {}

  /// Writes fail from now on, with `status`: for good if is_lasting(status), otherwise until one
  /// succeeds. `reason` is in the words of what is below, and begins with the file: "FILE: what".
  virtual void writes_stopped(Status status, const std::string& reason) noexcept = 0;
  /// A write has succeeded again.
  virtual void writes_resumed() noexcept = 0;

  /// A checkpoint failed, the first time or after one that succeeded. No user is lost by that, but
  /// the WAL grows until one succeeds. It is tried again, less and less often. `reason` as above.
  virtual void checkpoint_failed(const std::string& reason) noexcept = 0;

  /// The WAL has passed max_wal_octets, with `octets` that are not in the data file: a reader that
  /// stays keeps them from being copied. Or that is over.
  virtual void wal_is_large(std::uint64_t octets) noexcept = 0;
  virtual void wal_is_copied() noexcept = 0;

  /// More than KeyRules::most idempotency keys are in use: from now on the oldest are dropped
  /// before their time. Called once.
  virtual void keys_dropped_early(std::size_t most) noexcept = 0;

  /// There is no memory for a commit, or for showing what was committed. Nothing that is on disk is
  /// lost, but nobody can be told the right thing: the process ends, with exit code 1, after this
  /// call.
  virtual void out_of_memory() noexcept = 0;

 protected:
  ~Events() = default;
};

/// For who has nobody to tell.
Events& ignored_events() noexcept;

/// The end that Events::out_of_memory() promises.
[[noreturn]] inline void end_without_memory(Events& events) noexcept {
  events.out_of_memory();
  // Also as good as a crash for what is on disk, but not for whoever looks at the exit code.
  std::_Exit(EXIT_FAILURE);
}

}  // namespace rollcall::storage
