#pragma once

#include "storage/store.hpp"

struct sqlite3;

namespace rollcall::storage {

/// Creations as a table of SQLite's (a virtual one, sqlite.org/vtab.html), so that one statement
/// inserts them all and reads their texts where they lie: per row it costs some two thirds of what
/// binding and stepping a statement does. Must outlive the connection's statements and stay in its
/// place. One thread at a time.
class SqliteBatch {
 public:
  /// What the table is called; its columns are user_columns() and `checksum`.
  static constexpr const char* table = "rollcall_batch";

  /// Makes the table known to `database`: SQLITE_OK or an error.
  int attach(sqlite3* database) noexcept;

  /// Sets the rows: the creations of status ok from `first`, a creation, to the next write of
  /// another kind. Returns that write, or null.
  const WriteOperation* take(const WriteOperation* first) noexcept;

  /// Of the rows. `end` is behind the last one.
  const WriteOperation* first() const noexcept { return first_; }
  const WriteOperation* end() const noexcept { return end_; }
  /// The one behind `row`.
  const WriteOperation* next(const WriteOperation* row) const noexcept;

 private:
  const WriteOperation* first_ = nullptr;
  const WriteOperation* end_ = nullptr;
};

}  // namespace rollcall::storage
