#include "storage/sqlite/kept_locks.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <utility>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/wal_format.hpp"

namespace rollcall::storage {
namespace {

/// The places of the locks in the index of a WAL (sqlite.org/walformat.html, section 2.3): 0 is
/// WAL_WRITE_LOCK, 1 is WAL_CKPT_LOCK.
constexpr int kept_locks = 2;
constexpr int checkpoint_lock = 1;
/// From here on the locks of the marks: who holds one reads no frame behind the mark, and needs all
/// up to it to stay. Mark 0 says that all is in the data file.
constexpr int first_read_lock = 3;
constexpr int last_mark = 4;
constexpr int marks = last_mark + 1;
constexpr std::uint32_t unused_mark = 0xffffffff;

}  // namespace

/// What the open file refers to instead of the methods of its VFS.
struct KeptLocks::Methods {
  sqlite3_io_methods replaced{};  ///< First: it is how the functions below find the rest.
  const sqlite3_io_methods* original = nullptr;
  std::array<bool, kept_locks> kept{};
  sqlite3_file* file = nullptr;
  int held_mark = 0;  ///< 0 is none.
  bool checkpoints = false;
  std::array<bool, marks> skipped{};  ///< Read locks that SQLite believes to have.
  int refused_marks = 0;              ///< In a row.

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
    // SQLite asks whether it may go on beyond this mark.
    constexpr int to_move_mark = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
    const bool holds = self.held_mark != 0 && first == first_read_lock + self.held_mark;
    if (holds && flags == to_move_mark) return SQLITE_BUSY;
    if (count == 1 && first >= first_read_lock && self.skips(first - first_read_lock, flags)) {
      return flags == to_move_mark ? SQLITE_BUSY : SQLITE_OK;
    }
    if (first == checkpoint_lock) self.checkpoints = (flags & SQLITE_SHM_LOCK) != 0;
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

  /// Whether a read lock costs no call of the kernel. It keeps others from making a checkpoint
  /// beyond the mark and from restarting the WAL, and with both locks kept nobody else can. Nor
  /// need this connection move a mark in order to read: any mark not beyond the WAL's end will do,
  /// and SQLite takes the best one there is if it may not move any. If there is none it asks for
  /// all of them again, and then it may.
  bool skips(int mark, int flags) noexcept {
    bool& skip = skipped[static_cast<std::size_t>(mark)];
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      return (flags & SQLITE_SHM_SHARED) != 0 && std::exchange(skip, false);
    }
    // A checkpoint moves marks, and asks whether anybody reads at one.
    if (!kept[0] || !kept[checkpoint_lock] || checkpoints) return false;
    if ((flags & SQLITE_SHM_SHARED) != 0) {
      refused_marks = 0;
      return skip = true;
    }
    return ++refused_marks <= last_mark;
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

  /// False if there is no index.
  bool set_mark(int mark, std::uint32_t frames) const noexcept {
    void volatile* region = nullptr;
    // SQLite has it mapped already.
    const int code = original->xShmMap(file, 0, wal_index_region_octets, 0, &region);
    if (code != SQLITE_OK || region == nullptr) return false;
    auto* const octets = static_cast<unsigned char*>(const_cast<void*>(region));
    void* const place = octets + wal_index_marks_offset + sizeof frames * std::size_t(mark);
    std::atomic_ref(*static_cast<std::uint32_t*>(place)).store(frames);
    return true;
  }
  int lock_mark(int mark, int flag) const noexcept {
    return original->xShmLock(file, first_read_lock + mark, 1, flag | SQLITE_SHM_EXCLUSIVE);
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
  methods_->file = file;
  methods_->replaced = *file->pMethods;
  methods_->replaced.xShmLock = Methods::lock;
  methods_->replaced.xShmUnmap = Methods::unmap;
  file->pMethods = &methods_->replaced;
  return true;
}

bool KeptLocks::hold_checkpoints_at(std::uint32_t frames) noexcept {
  for (int mark = last_mark; mark > 0; --mark) {
    if (methods_->lock_mark(mark, SQLITE_SHM_LOCK) != SQLITE_OK) continue;
    methods_->held_mark = mark;
    if (methods_->set_mark(mark, frames)) return true;
    let_checkpoints_go();
    return false;
  }
  return false;
}

void KeptLocks::let_checkpoints_go() noexcept {
  const int mark = std::exchange(methods_->held_mark, 0);
  methods_->set_mark(mark, unused_mark);
  methods_->lock_mark(mark, SQLITE_SHM_UNLOCK);
}

}  // namespace rollcall::storage
