#pragma once

#include <chrono>
#include <memory>

namespace rollcall::storage {

class SqliteDatabase;

/// Measures the syncs of a WAL, which SQLite makes inside of COMMIT. Must outlive the database. One
/// thread at a time.
class SyncTimer {
 public:
  SyncTimer() noexcept;
  ~SyncTimer();
  SyncTimer(const SyncTimer&) = delete;
  SyncTimer& operator=(const SyncTimer&) = delete;

  /// From now on those of `database`, which must be in WAL mode. False if it has no WAL, or without
  /// memory: then none is measured.
  bool begin(SqliteDatabase& database) noexcept;
  /// What the syncs since the last call took together.
  std::chrono::nanoseconds take() noexcept;

 private:
  struct Methods;

  std::unique_ptr<Methods> methods_;
};

}  // namespace rollcall::storage
