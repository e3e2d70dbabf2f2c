#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

/// Whether a thread of its own should commit, judged by what the turns and the commits say of the
/// load. No clock, no lock: whoever holds it guards it.
namespace rollcall::storage {

/// A commit that waits for the disk at least this long, on average of the last 16 or so, leaves
/// time for others to work: to wake another thread takes about a tenth of that, twice.
inline constexpr std::chrono::microseconds min_sync_to_hide{50};
/// With one that waits longer than this for each write that is under way the disk decides, and to
/// wait for it twice with half a batch costs more than is hidden. While a thread leads it goes on
/// up to the second.
inline constexpr std::chrono::microseconds max_sync_to_hide_a_write{45};
inline constexpr std::chrono::microseconds max_sync_to_keep_thread_a_write{50};
/// Writes a commit, on the same average, for which a thread of its own begins to lead. Fewer are of
/// one or two clients, who wait anyway; more keep a processor busy while they are gathered, and two
/// half batches cost more than a whole one.
inline constexpr double min_writes_for_thread = 2.5;
inline constexpr double max_writes_for_thread = 5;
/// While it leads, the next batch can be seen to gather; both together, for which it goes on.
inline constexpr double min_writes_to_keep_thread = 2.2;
inline constexpr double max_writes_to_keep_thread = 10;
/// Turns without a read and by one owner until that is what the load is taken for.
inline constexpr int turns_of_memory = 64;

class CommitLoad {
 public:
  /// A turn ended. `mixed`: it has answered reads, or its writes are another owner's than the last
  /// ones. A turn without writes and reads says nothing.
  void note_turn(bool has_writes, bool mixed) noexcept;

  /// A commit of `writes` ended, which waited `sync` for the disk; `waiting` more were queued
  /// meanwhile.
  void note_commit(std::size_t writes, std::size_t waiting, std::chrono::nanoseconds sync) noexcept;

  /// Reads shall not wait for the disk, nor one owner for another; and where few clients write, the
  /// next batch gathers while the disk works.
  bool wants_thread() const noexcept { return mixed_turns_ > 0 || hides_sync_; }

  /// Half of the writes that are under way at a time, at least 1; nothing if it is not for them
  /// that a thread leads.
  std::optional<std::size_t> half() const noexcept;

 private:
  int mixed_turns_ = 0;
  double writes_ = 0;  ///< Of a commit; with those that wait, while it is a thread's.
  double sync_ns_ = 0;
  bool hides_sync_ = false;
};

}  // namespace rollcall::storage
