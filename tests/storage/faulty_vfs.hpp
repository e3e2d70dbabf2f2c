#pragma once

#include <functional>

namespace rollcall::storage {

/// A SQLite VFS over the default one, of which parts fail when a test says so. Process-wide.
class FaultyVfs {
 public:
  enum Kind { full, broken };

  /// To be given to SqliteJournal::open. Registered before main().
  static const char* const name;

  static void fail_writes(Kind kind) noexcept;
  /// `count` writes succeed first.
  static void fail_writes_after(int count, Kind kind) noexcept;
  static void fail_syncs() noexcept;
  /// As the kernel tells of a failed write-back: once, after `count` syncs that succeed.
  static void fail_one_sync_after(int count) noexcept;
  static void fail_next_sync() noexcept { fail_one_sync_after(0); }
  static void fail_truncates() noexcept;
  /// The WAL's index can't be made longer, as more than 4,062 frames need.
  static void fail_index_growth() noexcept;
  /// Files opened from now on have no shared memory, so that there can be no WAL.
  static void without_shared_memory() noexcept;
  /// Calls `act` once, when a connection has given back its lock to write at the end of a
  /// transaction and before it begins another one. For tests in which one thread uses this VFS.
  static void after_next_transaction(std::function<void()> act);
  /// While `ignored`, locks of the WAL are neither taken nor looked at, as on a bad file system.
  static void ignore_locks(bool ignored) noexcept;
  /// How many times a lock of a WAL's index was taken or given back so far.
  static int locks_of_index() noexcept;
  static void heal() noexcept;
};

}  // namespace rollcall::storage
