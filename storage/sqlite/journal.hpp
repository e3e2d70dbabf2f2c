#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "storage/local/journal.hpp"
#include "storage/open_error.hpp"
#include "storage/sqlite/batch.hpp"
#include "storage/sqlite/checkpoints.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/file_lock.hpp"
#include "storage/sqlite/file_watch.hpp"
#include "storage/sqlite/kept_locks.hpp"
#include "storage/sqlite/key_rows.hpp"
#include "storage/sqlite/sync_timer.hpp"

namespace rollcall::storage {

/// A SQLite file as the journal, which anybody can read with the sqlite3 shell, also meanwhile.
/// WAL, synchronous=FULL; one connection does all writes and checkpoints (before 3.51.3 SQLite can
/// corrupt a WAL when two do). It keeps the locks to write and to checkpoint (KeptLocks) from the
/// load to the end, so no other process writes under the table's feet: the shell's writes are told
/// that the database is locked. Nothing waits for a lock. It notices when the file is removed,
/// replaced or written to all the same (FileWatch).
class SqliteJournal final : public Journal {
 public:
  /// Opens or makes the file at `path` and gives every user to `sink`. `progress`, which may be
  /// empty, is called now and then with the users loaded so far. `vfs` names another SQLite VFS,
  /// for tests. `accept`, which may be empty, is called when the users are loaded and may throw.
  /// Throws StoreOpenError; no existing file is changed then.
  static std::unique_ptr<SqliteJournal> open(const std::string& path, UserSink& sink,
                                             OpenReport& report,
                                             const std::function<void(std::uint64_t)>& progress,
                                             const char* vfs = nullptr,
                                             const std::function<void()>& accept = {});

  /// A checkpoint is made once the WAL has this many frames; default_checkpoint_frames if not set.
  void checkpoint_from(int frames) noexcept { checkpoints_.set_due_from(frames); }

  Status commit(const WriteOperation* first, const KeyChanges& keys) noexcept override;
  void note_key_time(std::int64_t seconds) noexcept override { keys_.note_time(seconds); }
  Status maintain(std::chrono::nanoseconds commit_time) noexcept override;
  std::uint64_t wal_octets() const noexcept override;
  std::chrono::nanoseconds take_sync_time() noexcept override { return syncs_.take(); }
  Status look() noexcept override;
  bool close(std::string& error) noexcept override;
  const std::string& last_error() const noexcept override { return last_error_; }

 private:
  SqliteJournal(std::string path, std::unique_ptr<FileLock> lock, std::unique_ptr<KeptLocks> locks,
                std::unique_ptr<SqliteDatabase> database) noexcept;

  /// To be called in the transaction in which the users were loaded; begins the first one to write.
  bool prepare() noexcept;
  int begin() noexcept;
  int write(const WriteOperation* first) noexcept;
  int insert(const WriteOperation* first) noexcept;
  int change(const WriteOperation& operation) noexcept;
  void note_error(int code, const char* suffix) noexcept;
  Status fail(int code, bool committing) noexcept;
  Status check_place() noexcept;
  Status checkpoint(std::chrono::nanoseconds commit_time) noexcept;
  void end_transaction() noexcept;
  bool cut_wal() noexcept;
  static int on_commit(void* self, sqlite3*, const char*, int frames) noexcept;

  const std::string path_;
  // In this order: the locks outlive the connection, which outlives its statements.
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<KeptLocks> locks_;
  SyncTimer syncs_;
  std::unique_ptr<SqliteDatabase> database_;
  SqliteBatch batch_;
  SqliteStatement begin_;
  SqliteStatement update_;
  SqliteStatement delete_;
  SqliteKeyRows keys_;
  SqliteStatement commit_;
  SqliteStatement rollback_;
  bool in_transaction_ = false;
  FileWatch watch_;
  Checkpoints checkpoints_;
  Status latest_checkpoint_ = Status::ok;  ///< How it ended.
  Status lasting_ = Status::ok;      ///< Why no write is taken until the store is opened again.
  std::uint32_t known_changes_ = 0;  ///< The index's count, while no other process has written.
  std::uint32_t page_octets_ = 0;
  std::string last_error_;
};

}  // namespace rollcall::storage
