#include "tests/disk/disk_state.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::tests::disk {
namespace {

namespace fs = std::filesystem;

/// What SQLite opened: its own struct, then the base VFS's.
struct Opened {
  sqlite3_file base;
  const char* path;  ///< SQLite keeps it as long as the file is open.
  Target target;
  bool kept;  ///< A temporary file is not.
  /// As for the default VFS, the first sync of a log or journal that was opened to be made syncs
  /// its directory too.
  bool syncs_directory;
  sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

Opened& opened(sqlite3_file* file) { return *reinterpret_cast<Opened*>(file); }
sqlite3_file* real(sqlite3_file* file) { return opened(file).real(); }
sqlite3_vfs* unix_vfs() { return sqlite3_vfs_find("unix"); }

/// The code that this call is to fail with, or SQLITE_OK.
int fault_of(Call call, Target target) {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  if (!now.fault || now.fault->call != call || now.fault->target != target) return SQLITE_OK;
  ++now.calls;
  const bool hits = now.fault->lasting ? now.calls >= now.fault->nth : now.calls == now.fault->nth;
  if (!hits) return SQLITE_OK;
  ++now.hit;
  return now.fault->code;
}

void count_change() {
  State& now = state();
  std::function<void()> hook;
  {
    const std::lock_guard lock(now.mutex);
    if (++now.changes == now.hook_at) hook = std::exchange(now.hook, nullptr);
  }
  if (hook) hook();
}

void note(Opened& file, Change change) {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  now.files[file.path].since.push_back(std::move(change));
}

int close_file(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }

int read(sqlite3_file* file, void* octets, int size, sqlite3_int64 at) {
  const int code = fault_of(Call::read, opened(file).target);
  return code != SQLITE_OK ? code : real(file)->pMethods->xRead(real(file), octets, size, at);
}

/// How much of a write of `size` octets gets through that stops halfway: whole sectors, as a file
/// system runs out of blocks, and a sector is written or not.
int short_of(int size, sqlite3_int64 at) {
  const auto sector = static_cast<sqlite3_int64>(sector_octets);
  const sqlite3_int64 end = (at + size / 2) / sector * sector;
  return static_cast<int>(std::max<sqlite3_int64>(end - at, 0));
}

int write(sqlite3_file* file, const void* octets, int size, sqlite3_int64 at) {
  Opened& to = opened(file);
  const int fault = fault_of(Call::write, to.target);
  if (fault != SQLITE_OK && !state().fault->half) return fault;
  if (fault != SQLITE_OK) size = short_of(size, at);
  if (to.kept && size > 0) {
    count_change();
    note(to, {static_cast<std::size_t>(at),
              std::string(static_cast<const char*>(octets), static_cast<std::size_t>(size))});
  }
  const int code = real(file)->pMethods->xWrite(real(file), octets, size, at);
  return fault != SQLITE_OK ? fault : code;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  Opened& to = opened(file);
  if (const int code = fault_of(Call::truncate, to.target); code != SQLITE_OK) return code;
  if (to.kept) {
    count_change();
    note(to, {static_cast<std::size_t>(size), std::nullopt});
  }
  return real(file)->pMethods->xTruncate(real(file), size);
}

/// Names that are gone stay so, and new ones stay.
void sync_directory(const fs::path& directory) {
  State& now = state();
  std::erase_if(now.files, [&](const auto& each) {
    return each.second.removed && fs::path(each.first).parent_path() == directory;
  });
  for (auto& [path, file] : now.files) {
    if (fs::path(path).parent_path() != directory) continue;
    file.name_is_synced = true;
    file.ghost.reset();
  }
}

int sync(sqlite3_file* file, int) {
  Opened& to = opened(file);
  if (const int code = fault_of(Call::sync, to.target); code != SQLITE_OK) return code;
  if (!to.kept) return SQLITE_OK;
  count_change();
  State& now = state();
  const std::lock_guard lock(now.mutex);
  if (now.lie == Lie::no_sync) return SQLITE_OK;
  if (std::exchange(to.syncs_directory, false)) sync_directory(fs::path(to.path).parent_path());
  if (now.late) apply_all(now.files[*std::exchange(now.late, std::nullopt)]);
  if (now.lie == Lie::late_sync) {
    now.late = to.path;
  } else {
    apply_all(now.files[to.path]);
  }
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int is_reserved(sqlite3_file* file, int* out) {
  return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
/// What the model keeps: a torn write harms no octet beside it, as on the default VFS.
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  const int code = fault_of(Call::shared_memory, opened(file).target);
  if (code != SQLITE_OK) return code;
  return real(file)->pMethods->xShmMap(real(file), region, size, extend, out);
}
int lock_shared(sqlite3_file* file, int at, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), at, count, flags);
}
void barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

const sqlite3_io_methods methods{2,
                                 close_file,
                                 read,
                                 write,
                                 truncate,
                                 sync,
                                 file_size,
                                 lock_file,
                                 unlock_file,
                                 is_reserved,
                                 control,
                                 sector_size,
                                 characteristics,
                                 map_shared,
                                 lock_shared,
                                 barrier,
                                 unmap_shared,
                                 nullptr,
                                 nullptr};

void know(const char* path, bool existed) {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  const auto found = now.files.find(path);
  if (found == now.files.end()) {
    // What is there already has been for long.
    now.files[path] = {read_file(path), {}, existed, false, std::nullopt};
  } else if (found->second.removed) {
    File& old = found->second;
    for (const Change& each : old.since) apply(old.synced, each);
    found->second = {"", {}, false, false, std::move(old.synced)};
  }
}

int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  Opened& made = *new (file) Opened{};
  made.path = path;
  made.target = (flags & SQLITE_OPEN_WAL) != 0 ? Target::log : Target::data;
  made.kept = path != nullptr;
  made.syncs_directory = (flags & SQLITE_OPEN_CREATE) != 0 &&
                         (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  if (const int code = fault_of(Call::open, made.target); code != SQLITE_OK) return code;
  const bool existed = path != nullptr && fs::exists(path);
  const int code = unix_vfs()->xOpen(unix_vfs(), path, made.real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  if (made.kept) know(path, existed);
  made.base.pMethods = &methods;
  return code;
}

int remove(sqlite3_vfs*, const char* path, int synced) {
  const int code = unix_vfs()->xDelete(unix_vfs(), path, 0);
  if (code != SQLITE_OK) return code;
  count_change();
  State& now = state();
  const std::lock_guard lock(now.mutex);
  const auto found = now.files.find(path);
  if (found == now.files.end()) return code;
  found->second.removed = true;
  if (synced != 0 && now.lie == Lie::none) sync_directory(fs::path(path).parent_path());
  return code;
}

const bool registered = [] {
  static sqlite3_vfs vfs = *unix_vfs();
  vfs.zName = "simulated";
  vfs.szOsFile += static_cast<int>(sizeof(Opened));
  vfs.xOpen = open;
  vfs.xDelete = remove;
  return sqlite3_vfs_register(&vfs, 1) == SQLITE_OK;
}();

}  // namespace

void reset() {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  now.files.clear();
  now.lie = Lie::none;
  now.late.reset();
  now.fault.reset();
  now.calls = now.hit = now.changes = now.hook_at = 0;
  now.hook = nullptr;
}

void lie(Lie how) { state().lie = how; }

void fail(const Fault& fault) {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  now.fault = fault;
  now.calls = now.hit = 0;
}

std::uint64_t faults_hit() { return state().hit; }
void heal() {
  const std::lock_guard lock(state().mutex);
  state().fault.reset();
}
std::uint64_t changes() { return state().changes; }

void before_change(std::uint64_t number, std::function<void()> act) {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  now.hook_at = number;
  now.hook = std::move(act);
}

}  // namespace rollcall::tests::disk
