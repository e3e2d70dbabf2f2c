#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/store.hpp"

namespace rollcall::storage {

/// Creations as a table of SQLite's (a virtual one, sqlite.org/vtab.html), so that one statement
/// inserts them all and reads their texts where they lie: per row it costs some two thirds of what
/// binding and stepping a statement does. Rows whose ids follow the largest one in the file, as
/// nearly all do, are appended: SQLite then looks for no row with the same id, a fourth of the
/// rest. Stays in its place, and ends before the connection is closed. One thread at a time.
class SqliteBatch {
 public:
  /// What the table is called; its columns are user_columns() and `checksum`.
  static constexpr const char* table = "rollcall_batch";

  /// Makes the table known to `database`, and what inserts it: SQLITE_OK or an error. To be called
  /// in a transaction that keeps others from writing.
  int prepare(sqlite3* database) noexcept;
  /// Nothing is inserted any more, and the connection may be closed.
  void finalize() noexcept;

  /// Inserts the creations of status ok from `first`, a creation, to the next write of another
  /// kind: SQLITE_OK or an error. SQLITE_CONSTRAINT_ROWID: the file has rows that nobody here
  /// inserted.
  int insert(const WriteOperation* first) noexcept;
  /// The user was removed from the file.
  void removed(UserId id) noexcept { highest_is_there_ = highest_is_there_ && id != highest_; }
  /// The transaction was rolled back.
  void undone() noexcept { highest_is_there_ = false; }

  /// Of the rows of the latest insert(). `end` is behind the last one: null or another write.
  const WriteOperation* first() const noexcept { return first_; }
  const WriteOperation* end() const noexcept { return end_; }
  /// The one behind `row`.
  const WriteOperation* next(const WriteOperation* row) const noexcept;

 private:
  void take(const WriteOperation* first) noexcept;

  sqlite3* database_ = nullptr;
  SqliteStatement insert_;
  SqliteStatement append_;
  const WriteOperation* first_ = nullptr;
  const WriteOperation* end_ = nullptr;
  UserId highest_ = 0;             ///< No row has ever had a higher id.
  bool highest_is_there_ = false;  ///< The row with that id, for certain; or there was never one.
};

}  // namespace rollcall::storage
