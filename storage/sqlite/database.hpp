#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/sqlite/wal.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace rollcall::storage {

/// A prepared statement. Codes are SQLite's extended result codes. One thread at a time.
class SqliteStatement {
 public:
  SqliteStatement() noexcept = default;
  /// `code` gets SQLITE_OK or why `sql` can't be prepared.
  SqliteStatement(sqlite3* database, const char* sql, int& code) noexcept;
  ~SqliteStatement();
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&& other) noexcept;

  /// SQLITE_ROW, SQLITE_DONE or an error.
  int step() noexcept;
  /// Makes it ready to be stepped again; what is bound stays.
  void reset() noexcept;
  /// Steps a statement that returns no row, and resets it: SQLITE_OK or an error.
  int run() noexcept;

  void bind(int index, std::int64_t value) noexcept;
  /// The text is not copied: it must stay until the statement is reset.
  void bind(int index, std::string_view text) noexcept;

  std::int64_t integer(int column) const noexcept;
  /// Valid until the next step.
  std::string_view text(int column) const noexcept;
  bool is_text(int column) const noexcept;
  bool is_integer(int column) const noexcept;

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// A connection to one SQLite file, used by one thread at a time.
class SqliteDatabase {
 public:
  enum class Access : std::uint8_t {
    read_write,
    read_only,  ///< Takes SQLite's locks; SQLite may create -wal and -shm files for that.
    unlocked,   ///< Reads the file and its WAL, creates nothing, locks nothing: the caller keeps
                ///< writers away. The WAL must exist.
    immutable,  ///< The same for a file whose WAL holds nothing.
  };

  /// `code` gets SQLITE_OK or why the file can't be opened. `vfs` names another VFS, for tests, and
  /// is ignored if `access` is unlocked.
  SqliteDatabase(const std::string& path, Access access, const char* vfs, int& code);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  sqlite3* get() const noexcept { return database_; }

  /// Runs statements whose rows, if any, are not wanted.
  int execute(const char* sql) noexcept;
  /// The integer in the first row and column, or 0; `code` gets SQLITE_OK or an error.
  std::int64_t query_integer(const char* sql, int& code) noexcept;
  /// What the latest error was, in SQLite's words, with the system's reason if there is one.
  std::string error() const;
  /// The WAL is left as it is when this is closed.
  void keep_wal_on_close() noexcept;

  /// What the WAL's index says now, which every process that has the file open shares; nothing if
  /// there is none. To be called in WAL mode, in a transaction that keeps others from writing.
  std::optional<WalIndex> wal_index() noexcept;
  /// Without a WAL, what wal_index() mapped is unmapped: nobody else would do it.
  void drop_wal_index() noexcept;
  /// Cuts off all of the WAL that is not committed, and syncs it: SQLITE_OK or an error. To be
  /// called in a transaction that keeps others from writing, and has written nothing.
  int cut_wal(std::uint32_t page_octets) noexcept;

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace rollcall::storage
