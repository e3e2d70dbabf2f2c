#include "tests/storage/faulty_vfs.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>

namespace rollcall::storage {

const char* const FaultyVfs::name = "faulty";

namespace {

std::atomic<int> write_error{SQLITE_OK};
std::atomic<int> sync_error{SQLITE_OK};
std::atomic<bool> next_sync_fails{false};

/// The VFS has one table of methods for each way of locking: each with its copy in which what is to
/// fail is replaced.
struct Methods {
  const sqlite3_io_methods* original = nullptr;
  sqlite3_io_methods replaced;
};
std::array<Methods, 8> tables;
std::mutex mutex;

const sqlite3_io_methods* original_of(const sqlite3_file* file) {
  for (const Methods& each : tables) {
    // By the way of locking: the program may have replaced other methods in a table of its own.
    if (each.original != nullptr && file->pMethods->xLock == each.original->xLock &&
        file->pMethods->xClose == each.original->xClose) {
      return each.original;
    }
  }
  std::abort();
}

int write(sqlite3_file* file, const void* octets, int size, sqlite3_int64 offset) {
  if (write_error != SQLITE_OK) return write_error;
  return original_of(file)->xWrite(file, octets, size, offset);
}

int sync(sqlite3_file* file, int flags) {
  if (sync_error != SQLITE_OK) return sync_error;
  if (next_sync_fails.exchange(false)) return SQLITE_IOERR_FSYNC;
  return original_of(file)->xSync(file, flags);
}

int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const base = sqlite3_vfs_find("unix");
  const int code = base->xOpen(base, path, file, flags, out_flags);
  if (code != SQLITE_OK || file->pMethods == nullptr) return code;
  const std::lock_guard lock(mutex);
  for (Methods& each : tables) {
    if (each.original == nullptr) {
      each.original = file->pMethods;
      each.replaced = *each.original;
      each.replaced.xWrite = write;
      each.replaced.xSync = sync;
    }
    if (each.original != file->pMethods) continue;
    file->pMethods = &each.replaced;
    return code;
  }
  std::abort();
}

const bool registered = [] {
  static sqlite3_vfs vfs = *sqlite3_vfs_find("unix");
  vfs.zName = FaultyVfs::name;
  vfs.xOpen = open;
  return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
}();

}  // namespace

void FaultyVfs::fail_writes(Kind kind) noexcept {
  write_error = kind == full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}
void FaultyVfs::fail_syncs() noexcept { sync_error = SQLITE_IOERR_FSYNC; }
void FaultyVfs::fail_next_sync() noexcept { next_sync_fails = true; }
void FaultyVfs::heal() noexcept { write_error = sync_error = SQLITE_OK; }

}  // namespace rollcall::storage
