#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/file_lock.hpp"

namespace rollcall::storage {

/// A connection that only reads an existing data file, in one transaction: all that it sees is of
/// one moment. One thread.
class SqliteReader {
 public:
  enum class Beside : std::uint8_t {
    server,  ///< One may serve the file, or start to, but for a moment in the constructor. SQLite
             ///< may create -wal and -shm files.
    nobody,  ///< Refused while a server has the file, and a server is refused while this lives.
             ///< Nothing is created, so a full disk or a read-only file system will do.
  };

  /// Begins the transaction, of a WAL that was found whole before. Beside::server becomes
  /// Beside::nobody where SQLite can't create what it needs. Throws StoreOpenError.
  SqliteReader(const std::string& path, Beside beside);

  SqliteDatabase& database() noexcept { return *database_; }
  /// How another connection is to be opened that reads the same.
  SqliteDatabase::Access access() const noexcept { return access_; }
  const std::string& path() const noexcept { return path_; }
  /// The version of the schema.
  std::int64_t schema() const noexcept { return schema_; }
  /// What `sql` gives. Throws StoreOpenError.
  std::int64_t query(const char* sql);

 private:
  void check(Beside beside);
  int open(SqliteDatabase::Access access);

  const std::string path_;
  SqliteDatabase::Access access_ = SqliteDatabase::Access::read_only;
  // In this order: the lock outlives the connection.
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<SqliteDatabase> database_;
  std::int64_t schema_ = 0;
};

/// Throws StoreOpenError unless there is a file at `path` that is not empty.
void check_exists(const std::string& path);

}  // namespace rollcall::storage
