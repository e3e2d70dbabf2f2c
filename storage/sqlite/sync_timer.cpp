#include "storage/sqlite/sync_timer.hpp"

#include <sqlite3.h>

#include <new>
#include <utility>

#include "storage/sqlite/database.hpp"

namespace rollcall::storage {

/// What the open file refers to instead of the methods of its VFS.
struct SyncTimer::Methods {
  sqlite3_io_methods replaced{};  ///< First: it is how sync() finds the rest.
  const sqlite3_io_methods* original = nullptr;
  std::chrono::nanoseconds time{0};

  static int sync(sqlite3_file* file, int flags) noexcept {
    using Clock = std::chrono::steady_clock;
    auto& self = *const_cast<Methods*>(reinterpret_cast<const Methods*>(file->pMethods));
    const Clock::time_point begun = Clock::now();
    const int code = self.original->xSync(file, flags);
    self.time += Clock::now() - begun;
    return code;
  }
};

SyncTimer::SyncTimer() noexcept = default;
SyncTimer::~SyncTimer() = default;

bool SyncTimer::begin(SqliteDatabase& database) noexcept {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER,
                       static_cast<void*>(&file));
  if (file == nullptr || file->pMethods == nullptr) return false;
  methods_.reset(new (std::nothrow) Methods);
  if (!methods_) return false;
  methods_->original = file->pMethods;
  methods_->replaced = *file->pMethods;
  methods_->replaced.xSync = Methods::sync;
  file->pMethods = &methods_->replaced;
  return true;
}

std::chrono::nanoseconds SyncTimer::take() noexcept {
  return methods_ ? std::exchange(methods_->time, {}) : std::chrono::nanoseconds{0};
}

}  // namespace rollcall::storage
