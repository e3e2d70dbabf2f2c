#include "tests/storage/faulty_vfs.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace rollcall::storage {

const char* const FaultyVfs::name = "faulty";

namespace {

std::atomic<int> write_error{SQLITE_OK};
std::atomic<int> sync_error{SQLITE_OK};
std::atomic<int> truncate_error{SQLITE_OK};
std::atomic<int> index_error{SQLITE_OK};
std::atomic<int> good_writes{0};
/// Syncs until the one that fails; negative: none does.
std::atomic<int> good_syncs{-1};
std::function<void()> after_transaction;
std::atomic<int> index_locks{0};
bool locks_ignored = false;
std::atomic<bool> no_shared_memory{false};

/// The VFS has one table of methods for each way of locking: each with its copy in which what is to
/// fail is replaced.
struct Methods {
  const sqlite3_io_methods* original = nullptr;
  sqlite3_io_methods replaced;
  sqlite3_io_methods without_shared_memory;
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
  if (write_error != SQLITE_OK && good_writes-- <= 0) return write_error;
  return original_of(file)->xWrite(file, octets, size, offset);
}

int sync(sqlite3_file* file, int flags) {
  if (sync_error != SQLITE_OK) return sync_error;
  if (good_syncs >= 0 && good_syncs-- == 0) return SQLITE_IOERR_FSYNC;
  return original_of(file)->xSync(file, flags);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (truncate_error != SQLITE_OK) return truncate_error;
  return original_of(file)->xTruncate(file, size);
}

int map_index(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  if (index_error != SQLITE_OK && region > 0 && extend != 0) return index_error;
  return original_of(file)->xShmMap(file, region, size, extend, memory);
}

int lock_index(sqlite3_file* file, int offset, int count, int flags) {
  ++index_locks;
  return locks_ignored ? SQLITE_OK : original_of(file)->xShmLock(file, offset, count, flags);
}

int control(sqlite3_file* file, int operation, void* argument) {
  // What SQLite says when a transaction is committed and its lock to write given back.
  if (operation == SQLITE_FCNTL_COMMIT_PHASETWO && after_transaction) {
    std::exchange(after_transaction, nullptr)();
  }
  return original_of(file)->xFileControl(file, operation, argument);
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
      each.replaced.xTruncate = truncate;
      each.replaced.xShmMap = map_index;
      each.replaced.xShmLock = lock_index;
      each.replaced.xFileControl = control;
      each.without_shared_memory = each.replaced;
      // Shared memory came with the second version of this table.
      each.without_shared_memory.iVersion = 1;
    }
    if (each.original != file->pMethods) continue;
    file->pMethods = no_shared_memory ? &each.without_shared_memory : &each.replaced;
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

void FaultyVfs::fail_writes(Kind kind) noexcept { fail_writes_after(0, kind); }
void FaultyVfs::fail_writes_after(int count, Kind kind) noexcept {
  good_writes = count;
  write_error = kind == full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}
void FaultyVfs::fail_syncs() noexcept { sync_error = SQLITE_IOERR_FSYNC; }
void FaultyVfs::fail_one_sync_after(int count) noexcept { good_syncs = count; }
void FaultyVfs::fail_truncates() noexcept { truncate_error = SQLITE_IOERR_TRUNCATE; }
void FaultyVfs::fail_index_growth() noexcept { index_error = SQLITE_IOERR_SHMSIZE; }
void FaultyVfs::without_shared_memory() noexcept { no_shared_memory = true; }
void FaultyVfs::after_next_transaction(std::function<void()> act) {
  after_transaction = std::move(act);
}
void FaultyVfs::ignore_locks(bool ignored) noexcept { locks_ignored = ignored; }
int FaultyVfs::locks_of_index() noexcept { return index_locks; }
void FaultyVfs::heal() noexcept {
  write_error = sync_error = truncate_error = index_error = SQLITE_OK;
  good_syncs = -1;
  after_transaction = nullptr;
  locks_ignored = false;
  no_shared_memory = false;
}

}  // namespace rollcall::storage
