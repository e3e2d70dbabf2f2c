#include "storage/sqlite/kept_locks.hpp"

#include <sqlite3.h>

#include <array>

#include "storage/sqlite/database.hpp"

namespace rollcall::storage {
namespace {

/// The places of the locks in the index of a WAL (sqlite.org/walformat.html, section 2.3): 0 is
/// WAL_WRITE_LOCK, 1 is WAL_CKPT_LOCK.
constexpr int kept_locks = 2;

}  // namespace

/// What the open file refers to instead of the methods of its VFS.
struct KeptLocks::Methods {
  sqlite3_io_methods replaced{};  ///< First: it is how the functions below find the rest.
  const sqlite3_io_methods* original = nullptr;
  std::array<bool, kept_locks> kept{};

  static Methods& of(sqlite3_file* file) noexcept {
    return *const_cast<Methods*>(reinterpret_cast<const Methods*>(file->pMethods));
  }

  static int lock(sqlite3_file* file, int first, int count, int flags) noexcept {
    Methods& self = of(file);
    // A recovery takes several locks at once; those that are kept are taken already.
    while (count > 1 && first < kept_locks && self.kept[static_cast<std::size_t>(first)]) {
      ++first;
      --count;
    }
    if (count > 1 || first >= kept_locks || (flags & SQLITE_SHM_EXCLUSIVE) == 0) {
      return self.original->xShmLock(file, first, count, flags);
    }
    bool& kept = self.kept[static_cast<std::size_t>(first)];
    // SQLite gives back only what it holds.
    const bool held = kept || (flags & SQLITE_SHM_UNLOCK) != 0;
    const int code = held ? SQLITE_OK : self.original->xShmLock(file, first, count, flags);
    kept = code == SQLITE_OK;
    return code;
  }

  static int unmap(sqlite3_file* file, int remove) noexcept {
    Methods& self = of(file);
    for (std::size_t i = 0; i < self.kept.size(); ++i) {
      if (!self.kept[i]) continue;
      self.kept[i] = false;
      self.original->xShmLock(file, static_cast<int>(i), 1,
                              SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    }
    return self.original->xShmUnmap(file, remove);
  }
};

KeptLocks::KeptLocks() noexcept = default;
KeptLocks::~KeptLocks() = default;

bool KeptLocks::keep(SqliteDatabase& database) noexcept {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database.get(), "main", SQLITE_FCNTL_FILE_POINTER,
                       static_cast<void*>(&file));
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return false;
  methods_ = std::make_unique<Methods>();
  methods_->original = file->pMethods;
  methods_->replaced = *file->pMethods;
  methods_->replaced.xShmLock = Methods::lock;
  methods_->replaced.xShmUnmap = Methods::unmap;
  file->pMethods = &methods_->replaced;
  return true;
}

}  // namespace rollcall::storage
