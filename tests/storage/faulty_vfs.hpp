#pragma once

namespace rollcall::storage {

/// A SQLite VFS over the default one whose writes or syncs fail when a test says so. Process-wide.
class FaultyVfs {
 public:
  enum Kind { full, broken };

  /// To be given to SqliteJournal::open. Registered before main().
  static const char* const name;

  static void fail_writes(Kind kind) noexcept;
  static void fail_syncs() noexcept;
  /// As the kernel tells of a failed write-back: once.
  static void fail_next_sync() noexcept;
  static void heal() noexcept;
};

}  // namespace rollcall::storage
