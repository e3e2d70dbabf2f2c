#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/mutex.hpp"

namespace rollcall::server {

/// The file that the lines of the log go to, or standard error. Any thread may write; each waits
/// for the one before it, and for a reader that is slow.
class LogOutput {
 public:
  /// Opens the file at `path`, to append to it; standard error if it is empty. A new file can be
  /// read by its owner and its group. Throws std::system_error.
  explicit LogOutput(std::string path);
  ~LogOutput();
  LogOutput(const LogOutput&) = delete;
  LogOutput& operator=(const LogOutput&) = delete;

  /// It is standard error, and systemd's journal reads that (systemd.exec(5), JOURNAL_STREAM).
  bool is_journal() const noexcept { return journal_; }

  /// Writes whole lines. False if not all of them are written.
  bool write(std::string_view lines) noexcept;
  /// The next write(), also of nothing, opens the file at the path anew: somebody has moved it.
  void reopen() noexcept { reopens_.store(true, std::memory_order_relaxed); }
  /// Why the last reopening failed, after which the old file is written on: errno, once; 0 if it
  /// did not.
  int take_reopen_error() noexcept { return reopen_error_.exchange(0); }
  /// From now on nobody waits for a reader: what would have to is lost.
  void give_up() noexcept { gives_up_.store(true, std::memory_order_relaxed); }

 private:
  void reopen_now() noexcept ROLLCALL_REQUIRES(mutex_);
  bool await_room() const noexcept ROLLCALL_REQUIRES(mutex_);

  const std::string path_;
  storage::Mutex mutex_;
  int descriptor_ ROLLCALL_GUARDED_BY(mutex_);
  const bool journal_;
  std::atomic<bool> reopens_{false};
  std::atomic<bool> gives_up_{false};
  std::atomic<int> reopen_error_{0};
};

/// Whether `stream`, the value of JOURNAL_STREAM, is what `descriptor` is: the numbers of a device
/// and an inode with a colon between.
bool is_journal_stream(std::string_view stream, int descriptor) noexcept;

}  // namespace rollcall::server
