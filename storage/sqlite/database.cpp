#include "storage/sqlite/database.hpp"

#include <sqlite3.h>

#include <system_error>
#include <utility>

namespace rollcall::storage {
namespace {

/// The file that `which` means, or null if it is not open.
sqlite3_file* file_of(sqlite3* database, int which) noexcept {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(database, "main", which, static_cast<void*>(&file)) != SQLITE_OK) {
    return nullptr;
  }
  return file == nullptr || file->pMethods == nullptr ? nullptr : file;
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3* database, const char* sql, int& code) noexcept {
  code = sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}

SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}

int SqliteStatement::step() noexcept { return sqlite3_step(statement_); }

void SqliteStatement::reset() noexcept { sqlite3_reset(statement_); }

int SqliteStatement::run() noexcept {
  sqlite3_step(statement_);
  return sqlite3_reset(statement_);
}

void SqliteStatement::bind(int index, std::int64_t value) noexcept {
  sqlite3_bind_int64(statement_, index, value);
}

void SqliteStatement::bind(int index, std::string_view text) noexcept {
  sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

std::int64_t SqliteStatement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteStatement::text(int column) const noexcept {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {text == nullptr ? "" : text, text == nullptr ? 0 : size};
}

bool SqliteStatement::is_text(int column) const noexcept {
  return sqlite3_column_type(statement_, column) == SQLITE_TEXT;
}

bool SqliteStatement::is_integer(int column) const noexcept {
  return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
}

namespace {

/// `path` as a URI whose file SQLite takes for one that nobody can change. Every octet but letters
/// and digits is escaped, so that no path reads as anything else.
std::string immutable_uri(const std::string& path) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string uri = "file:";
  for (const char each : path) {
    const auto octet = static_cast<unsigned char>(each);
    const bool plain =
        (octet >= '0' && octet <= '9') || ((octet | 32) >= 'a' && (octet | 32) <= 'z');
    if (plain) {
      uri += each;
    } else {
      uri.append(1, '%').append(1, digits[octet / 16]).append(1, digits[octet % 16]);
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::string& path, Access access, const char* vfs, int& code) {
  // Counting what it allocates costs SQLite a mutex for each; nobody here asks for the count.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
  const int flags = (access == Access::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                    (access == Access::immutable ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_EXRESCODE;
  const std::string name = access == Access::immutable ? immutable_uri(path) : path;
  code = sqlite3_open_v2(name.c_str(), &database_, flags,
                         access == Access::unlocked ? "unix-none" : vfs);
  if (code != SQLITE_OK || access == Access::read_write) return;
  keep_wal_on_close();
  // So that the index of the WAL is in this process's memory, not in a file.
  if (access == Access::unlocked) code = execute("PRAGMA locking_mode = EXCLUSIVE");
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close(database_); }

int SqliteDatabase::execute(const char* sql) noexcept {
  return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
}

std::int64_t SqliteDatabase::query_integer(const char* sql, int& code) noexcept {
  SqliteStatement statement(database_, sql, code);
  if (code != SQLITE_OK) return 0;
  code = statement.step();
  if (code == SQLITE_DONE) code = SQLITE_OK;
  if (code != SQLITE_ROW) return 0;
  code = SQLITE_OK;
  return statement.integer(0);
}

std::string SqliteDatabase::error() const {
  std::string text = sqlite3_errmsg(database_);
  const int primary = sqlite3_errcode(database_) & 0xff;
  const int system = sqlite3_system_errno(database_);
  const bool asked_system =
      primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
  if (asked_system && system != 0) text += ": " + std::generic_category().message(system);
  return text;
}

void SqliteDatabase::keep_wal_on_close() noexcept {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void SqliteDatabase::drop_wal_index() noexcept {
  // With a WAL that is open, SQLite uses the index, and unmaps it.
  const sqlite3_file* const wal = file_of(database_, SQLITE_FCNTL_JOURNAL_POINTER);
  if (wal != nullptr && wal->pMethods != nullptr) return;
  sqlite3_file* const file = file_of(database_, SQLITE_FCNTL_FILE_POINTER);
  if (file != nullptr && file->pMethods != nullptr && file->pMethods->iVersion >= 2) {
    file->pMethods->xShmUnmap(file, 0);
  }
}

std::optional<WalIndex> SqliteDatabase::wal_index() noexcept {
  sqlite3_file* const file = file_of(database_, SQLITE_FCNTL_FILE_POINTER);
  if (file == nullptr || file->pMethods->iVersion < 2) return {};
  void volatile* region = nullptr;
  // SQLite has it mapped already.
  if (file->pMethods->xShmMap(file, 0, wal_index_region_octets, 0, &region) != SQLITE_OK) return {};
  if (region == nullptr) return {};
  const auto* const octets = static_cast<const unsigned char*>(const_cast<const void*>(region));
  return parse_wal_index({octets, wal_index_header_octets});
}

int SqliteDatabase::cut_wal(std::uint32_t page_octets) noexcept {
  // Where SQLite would write the next transaction: after a restart of the WAL, at its beginning.
  // Only the index knows if there was one, for a reader can prevent it.
  const std::optional<WalIndex> index = wal_index();
  sqlite3_file* const wal = file_of(database_, SQLITE_FCNTL_JOURNAL_POINTER);
  if (!index || wal == nullptr) return SQLITE_ERROR;
  const auto next_frame = static_cast<sqlite3_int64>(frame_offset(index->frames, page_octets));
  const sqlite3_int64 end = index->frames == 0 ? 0 : next_frame;
  sqlite3_int64 size = 0;
  int code = wal->pMethods->xFileSize(wal, &size);
  // To be cut is never to be made longer, which would leave a hole.
  if (code == SQLITE_OK && size < end) code = SQLITE_CORRUPT;
  if (code != SQLITE_OK) return code;
  code = wal->pMethods->xTruncate(wal, end);
  if (code != SQLITE_OK) {
    // Without its header the first frame is not whole, nor what is behind it.
    constexpr unsigned char nothing[frame_header_octets] = {};
    code = wal->pMethods->xWrite(wal, nothing, sizeof nothing, next_frame);
  }
  return code == SQLITE_OK ? wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) : code;
}

}  // namespace rollcall::storage
