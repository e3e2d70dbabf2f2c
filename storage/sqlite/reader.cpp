#include "storage/sqlite/reader.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "storage/open_error.hpp"
#include "storage/sqlite/header.hpp"
#include "storage/sqlite/load.hpp"
#include "storage/sqlite/wal_check.hpp"

namespace rollcall::storage {
namespace {

using Access = SqliteDatabase::Access;
using Reason = OpenFailure::Reason;

/// Before SQLite opens the file: to close a descriptor of it later would drop SQLite's locks.
void check_unopened(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw StoreOpenError({.reason = Reason::file_not_opened, .path = path, .code = errno});
  }
  try {
    check_header(path, descriptor);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  ::close(descriptor);
}

/// SQLite found no place for its -wal and -shm files, or may not write them.
bool lacks_place(int code) noexcept {
  const int primary = code & 0xff;
  return primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY || primary == SQLITE_FULL ||
         code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMSIZE ||
         code == SQLITE_IOERR_SHMMAP;
}

}  // namespace

void check_exists(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw StoreOpenError({.reason = Reason::no_file, .path = path});
  }
  if (std::filesystem::is_regular_file(path, error) &&
      std::filesystem::file_size(path, error) == 0) {
    throw StoreOpenError({.reason = Reason::empty_file, .path = path});
  }
}

/// SQLite reads a WAL up to what is damaged and says nothing, so it is not asked before.
void SqliteReader::check(Beside beside) {
  try {
    lock_ = std::make_unique<FileLock>(path_, FileLock::Mode::read);
  } catch (const StoreOpenError& error) {
    if (beside == Beside::nobody || error.failure().reason != Reason::in_use) throw;
  }
  if (lock_) {
    check_header(path_, lock_->descriptor());
    check_wal(path_, true);
  } else {
    check_unopened(path_);
    check_served_wal(path_);
  }
}

SqliteReader::SqliteReader(const std::string& path, Beside beside) : path_(path) {
  check_exists(path);
  check(beside);
  int code = SQLITE_CANTOPEN;
  if (beside == Beside::server) code = open(Access::read_only);
  if (lacks_place(code)) {
    database_.reset();
    if (!lock_) lock_ = std::make_unique<FileLock>(path, FileLock::Mode::read);
    code = open(file_octets(wal_path_of(path)) > 0 ? Access::unlocked : Access::immutable);
  } else if (lock_) {
    lock_->release();
  }
  if (code != SQLITE_OK) refuse_file(path, code, database_->error());
  check_version(path, schema_);
}

int SqliteReader::open(Access access) {
  access_ = access;
  int code = SQLITE_OK;
  database_ = std::make_unique<SqliteDatabase>(path_, access, nullptr, code);
  // A shell may hold the lock for a moment, to recover the WAL.
  sqlite3_busy_timeout(database_->get(), 1'000);
  if (code == SQLITE_OK) code = database_->execute("PRAGMA trusted_schema = OFF; BEGIN");
  if (code == SQLITE_OK) schema_ = database_->query_integer("PRAGMA user_version", code);
  return code;
}

std::int64_t SqliteReader::query(const char* sql) {
  int code = SQLITE_OK;
  const std::int64_t value = database_->query_integer(sql, code);
  if (code != SQLITE_OK) refuse_file(path_, code, database_->error());
  return value;
}

}  // namespace rollcall::storage
