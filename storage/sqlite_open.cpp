#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "storage/sqlite_journal.hpp"
#include "storage/utf8.hpp"

/// SqliteJournal::open: looks before it touches, makes or checks the schema, loads the users.
namespace rollcall::storage {
namespace {

constexpr std::int64_t application_id = 0x526f6c6c;  // "Roll"
constexpr std::int64_t schema_version = 1;

/// How often progress is told.
constexpr std::uint64_t users_a_report = 1 << 16;

struct SchemaRow {
  const char* name;
  const char* sql;
};

/// A create pays nothing for the high-water mark: while its user is there, the largest id shows it.
/// The triggers keep it when the user goes, whoever deletes it.
constexpr SchemaRow schema[] = {
    {"users",
     "CREATE TABLE users (\n"
     "  id INTEGER PRIMARY KEY,\n"
     "  last_name TEXT NOT NULL,\n"
     "  first_name TEXT NOT NULL,\n"
     "  email TEXT NOT NULL\n"
     ") STRICT"},
    {"high_water", "CREATE TABLE high_water (id INTEGER NOT NULL) STRICT"},
    {"users_delete",
     "CREATE TRIGGER users_delete AFTER DELETE ON users BEGIN\n"
     "  UPDATE high_water SET id = max(id, old.id);\n"
     "END"},
    {"users_update_id",
     "CREATE TRIGGER users_update_id AFTER UPDATE OF id ON users BEGIN\n"
     "  UPDATE high_water SET id = max(id, old.id);\n"
     "END"},
};

/// The 100 octets that a SQLite file begins with (sqlite.org/fileformat2.html, section 1.3).
class Header {
 public:
  explicit Header(int descriptor) noexcept
      : size_(::pread(descriptor, octets_.data(), octets_.size(), 0)) {}

  bool empty() const noexcept { return size_ == 0; }
  bool is_sqlite() const noexcept {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    return size_ == static_cast<ssize_t>(octets_.size()) &&
           std::string_view(octets_.data(), magic.size()) == magic;
  }
  std::int64_t user_version() const noexcept { return integer(60); }
  std::int64_t application() const noexcept { return integer(68); }

 private:
  std::int64_t integer(std::size_t at) const noexcept {
    std::int64_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
      value = value << 8 | static_cast<unsigned char>(octets_[i]);
    }
    return value;
  }

  std::array<char, 100> octets_{};
  ssize_t size_;
};

void check_version(const std::string& path, std::int64_t version) {
  if (version <= schema_version) return;
  throw StoreOpenError(path + " has schema " + std::to_string(version) +
                       ", newer than this program's " + std::to_string(schema_version) +
                       ": use the rollcall that wrote it, or a newer one");
}

void check_header(const std::string& path, int descriptor) {
  const Header header(descriptor);
  if (header.empty()) return;
  if (!header.is_sqlite()) {
    throw StoreOpenError(path + " is not a SQLite database: name another file with --store");
  }
  if (header.application() != application_id) {
    throw StoreOpenError(path +
                         " is a database of another program: name another file with --store");
  }
  check_version(path, header.user_version());
}

bool exists(const std::string& path) { return std::filesystem::exists(path); }

[[noreturn]] void refuse(const std::string& path, int code, std::string why) {
  std::replace(why.begin(), why.end(), '\n', ' ');
  const int primary = code & 0xff;
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    throw StoreOpenError(path + " is damaged (" + why +
                         "): restore a backup, or see the .recover command of sqlite3");
  }
  throw StoreOpenError(path + " can't be opened: " + why);
}

void require(SqliteDatabase& database, const std::string& path, int code) {
  if (code != SQLITE_OK) refuse(path, code, database.error());
}

/// In rollback mode and in one transaction, so that no crash leaves half a schema.
void make_schema(SqliteDatabase& database, const std::string& path) {
  std::string sql = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE;";
  sql += "PRAGMA application_id = " + std::to_string(application_id) + ";";
  sql += "PRAGMA user_version = " + std::to_string(schema_version) + ";";
  for (const SchemaRow& each : schema) sql.append(each.sql).append(";");
  sql += "INSERT INTO high_water (id) VALUES (0); COMMIT";
  require(database, path, database.execute(sql.c_str()));
}

void check_schema(SqliteDatabase& database, const std::string& path) {
  int code = SQLITE_OK;
  const std::int64_t version = database.query_integer("PRAGMA user_version", code);
  require(database, path, code);
  check_version(path, version);
  for (const SchemaRow& each : schema) {
    SqliteStatement find(database.get(), "SELECT sql FROM sqlite_schema WHERE name = ?1", code);
    require(database, path, code);
    find.bind(1, std::string_view(each.name));
    code = find.step();
    if (code != SQLITE_ROW && code != SQLITE_DONE) refuse(path, code, database.error());
    if (code == SQLITE_DONE || find.text(0) != each.sql) {
      throw StoreOpenError(path + " has another " + each.name +
                           " than this program makes: restore a backup");
    }
  }
}

void set_up(SqliteDatabase& database, const std::string& path) {
  int code = SQLITE_OK;
  const std::int64_t pages = database.query_integer("PRAGMA page_count", code);
  require(database, path, code);
  if (pages == 0) make_schema(database, path);
  sqlite3_busy_timeout(database.get(), 1'000);
  require(database, path,
          database.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                           "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL;"
                           "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = -1"));
  check_schema(database, path);
}

/// A row that the program could not have written.
bool is_valid(const SqliteStatement& row, UserId previous) {
  if (!row.is_integer(0) || row.integer(0) <= static_cast<std::int64_t>(previous) ||
      row.integer(0) > static_cast<std::int64_t>(max_user_id)) {
    return false;
  }
  for (int column = 1; column <= 3; ++column) {
    const std::size_t limit = column == 3 ? max_email_octets : max_name_octets;
    if (!row.is_text(column)) return false;
    const std::string_view text = row.text(column);
    if (text.size() > limit || !is_utf8(text)) return false;
  }
  return true;
}

OpenReport load(SqliteDatabase& database, const std::string& path, Table& table,
                const std::function<void(std::uint64_t)>& progress) {
  int code = SQLITE_OK;
  SqliteStatement rows(database.get(),
                       "SELECT id, last_name, first_name, email FROM users ORDER BY id", code);
  require(database, path, code);
  OpenReport report;
  while ((code = rows.step()) == SQLITE_ROW) {
    if (!is_valid(rows, report.last_id)) {
      refuse(path, SQLITE_CORRUPT,
             "the row behind id " + std::to_string(report.last_id) + " is no user");
    }
    report.last_id = static_cast<UserId>(rows.integer(0));
    if (!table.insert(report.last_id, {rows.text(1), rows.text(2), rows.text(3)})) {
      throw StoreOpenError(path + " has more users than fit into memory");
    }
    if (++report.users % users_a_report == 0 && progress) progress(report.users);
  }
  if (code != SQLITE_DONE) refuse(path, code, database.error());
  const std::int64_t high_water = database.query_integer("SELECT max(id) FROM high_water", code);
  require(database, path, code);
  report.last_id = std::max(
      report.last_id, static_cast<UserId>(std::clamp<std::int64_t>(high_water, 0, max_user_id)));
  return report;
}

/// Looks for damage that a scan of the users does not meet, such as a page whose count of cells has
/// shrunk. On a connection and a thread of its own, beside the load: it only reads.
class DamageCheck {
 public:
  DamageCheck(const std::string& path, const char* vfs)
      : thread_([this, path, vfs] { run(path, vfs); }) {}
  ~DamageCheck() { join(); }

  /// What is damaged; empty if nothing is.
  const std::string& result() {
    join();
    return damage_;
  }

 private:
  void run(const std::string& path, const char* vfs) {
    int code = SQLITE_OK;
    SqliteDatabase database(path, SqliteDatabase::Access::read_only, vfs, code);
    if (code == SQLITE_OK) {
      SqliteStatement check(database.get(), "PRAGMA quick_check(1)", code);
      if (code == SQLITE_OK) code = check.step();
      if (code == SQLITE_ROW) {
        if (check.text(0) != "ok") damage_ = check.text(0);
        return;
      }
    }
    damage_ = database.error();
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  std::string damage_;
  std::thread thread_;
};

/// A new name in a directory is durable only when the directory is synced.
void sync_directory(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const int directory =
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

}  // namespace

std::unique_ptr<SqliteJournal> SqliteJournal::open(
    const std::string& path, Table& table, OpenReport& report,
    const std::function<void(std::uint64_t)>& progress, const char* vfs) {
  auto lock = std::make_unique<FileLock>(path);
  const bool created = lock->created();
  std::unique_ptr<SqliteDatabase> database;
  try {
    check_header(path, lock->descriptor());
    const bool log_existed = exists(path + "-wal");
    int code = SQLITE_OK;
    database =
        std::make_unique<SqliteDatabase>(path, SqliteDatabase::Access::read_write, vfs, code);
    if (code != SQLITE_OK) refuse(path, code, database->error());
    // Until all is known to be well, nothing is to be moved from the log into the file.
    if (log_existed) database->keep_log_on_close();
    set_up(*database, path);
    if (created) sync_directory(path);
    DamageCheck check(path, vfs);
    report = load(*database, path, table, progress);
    if (!check.result().empty()) refuse(path, SQLITE_CORRUPT, check.result());
  } catch (...) {
    database.reset();
    if (created) ::unlink(path.c_str());
    throw;
  }
  sqlite3_db_config(database->get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  std::unique_ptr<SqliteJournal> journal(new SqliteJournal(std::move(lock), std::move(database)));
  if (!journal->prepare()) {
    throw StoreOpenError(path + " can't be written: " + journal->database_->error());
  }
  return journal;
}

}  // namespace rollcall::storage
