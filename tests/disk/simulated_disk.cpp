#include "tests/disk/simulated_disk.hpp"

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

constexpr std::size_t sector_octets = 512;

/// A change that was not synced: octets at an offset, or a new size.
struct Change {
  std::size_t at;
  std::optional<std::string> octets;  ///< Null: the file is `at` octets long from now on.
};

struct File {
  std::string synced;
  std::vector<Change> since;
  bool name_is_synced = true;
  bool removed = false;  ///< The name is gone, but its directory was not synced.
  /// An earlier file of this name, whose removal was not synced.
  std::optional<std::string> ghost;
};

struct State {
  std::mutex mutex;
  std::map<std::string, File> files;
  Lie lie = Lie::none;
  std::optional<std::string> late;  ///< Synced by a lie: takes effect with the next sync.
  std::optional<Fault> fault;
  std::uint64_t calls = 0;  ///< Of the fault's kind.
  std::uint64_t hit = 0;
  std::uint64_t changes = 0;
  std::uint64_t hook_at = 0;
  std::function<void()> hook;
};

State& state() {
  static State only;
  return only;
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void apply(std::string& content, const Change& change) {
  if (!change.octets) {
    content.resize(change.at);
    return;
  }
  if (content.size() < change.at + change.octets->size()) {
    content.resize(change.at + change.octets->size());
  }
  content.replace(change.at, change.octets->size(), *change.octets);
}

void apply_all(File& file) {
  for (const Change& each : file.since) apply(file.synced, each);
  file.since.clear();
}

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

int write(sqlite3_file* file, const void* octets, int size, sqlite3_int64 at) {
  Opened& to = opened(file);
  const int fault = fault_of(Call::write, to.target);
  if (fault != SQLITE_OK && !state().fault->half) return fault;
  if (fault != SQLITE_OK) size /= 2;
  if (to.kept) {
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

/// A change with only some of its sectors; the sectors are those of the file.
void apply_torn(std::string& content, const Change& change, Random& random) {
  if (!change.octets) return apply(content, change);
  const std::string& octets = *change.octets;
  for (std::size_t done = 0; done < octets.size();) {
    const std::size_t at = change.at + done;
    const std::size_t size = std::min(octets.size() - done, sector_octets - at % sector_octets);
    if (random() % 2 == 0) apply(content, {at, octets.substr(done, size)});
    done += size;
  }
}

/// The file after a loss of power; null if its name is not there.
std::optional<std::string> after_loss(const File& file, Random& random) {
  if (file.removed && random() % 2 == 0) return std::nullopt;
  if (!file.name_is_synced) {
    switch (random() % 3) {
      case 0:
        return file.ghost;
      case 1:
        return std::nullopt;
      default:
        break;
    }
  }
  std::string content = file.synced;
  const std::uint64_t how = random() % 5;
  const std::size_t first = file.since.empty() ? 0 : random() % (file.since.size() + 1);
  for (std::size_t i = 0; i < file.since.size(); ++i) {
    const bool whole = how == 1 || (how == 2 && i < first) || (how == 3 && random() % 2 == 0);
    if (whole) apply(content, file.since[i]);
    if (how == 4) apply_torn(content, file.since[i], random);
  }
  return content;
}

bool is_in(const std::string& path, const std::string& directory) {
  return fs::path(path).parent_path() == fs::path(directory);
}

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

void lose_power(const std::string& from, const std::string& to, Random& random) {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  for (const auto& [path, file] : now.files) {
    if (!is_in(path, from)) continue;
    const std::optional<std::string> content = after_loss(file, random);
    if (!content) continue;
    std::ofstream(fs::path(to) / fs::path(path).filename(), std::ios::binary) << *content;
  }
}

void kill(const std::string& from, const std::string& to) {
  for (const auto& entry : fs::directory_iterator(from)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".db-shm") continue;
    std::ofstream(fs::path(to) / entry.path().filename(), std::ios::binary)
        << read_file(entry.path().string());
  }
}

}  // namespace rollcall::tests::disk
