#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "storage/local/journal.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/store.hpp"

namespace rollcall::storage {

/// The rows of idempotency keys, and of what belongs to them. Everything is done in the transaction
/// that is under way. Codes are SQLite's extended result codes. One thread at a time.
class SqliteKeyRows {
 public:
  /// Prepares what is run later: SQLITE_OK or an error.
  int prepare(sqlite3* database) noexcept;

  /// The key that the operation has.
  int write(const WriteOperation& operation) noexcept;
  /// Runs of uploads, rows that are forgotten, and the time that was noted.
  int write(const KeyChanges& changes) noexcept;
  /// The transaction was committed, of which write() had `changes`.
  void committed(const KeyChanges& changes) noexcept;

  void note_time(std::int64_t seconds) noexcept { time_ = seconds; }

 private:
  int insert(std::uint64_t number, std::string_view text, Version payload, UserId id,
             std::int64_t created_at) noexcept;
  int write_runs(std::span<const StoredKey> runs) noexcept;
  int forget(std::uint64_t through) noexcept;
  int write_time() noexcept;

  SqliteStatement insert_;
  SqliteStatement insert_answer_;
  SqliteStatement insert_run_;
  SqliteStatement delete_keys_;
  SqliteStatement delete_answers_;
  SqliteStatement delete_runs_;
  SqliteStatement set_time_;
  std::optional<std::int64_t> time_;  ///< To be kept with the next commit.
  std::uint64_t forgotten_ = 0;       ///< Up to this number none is in the file.
};

}  // namespace rollcall::storage
