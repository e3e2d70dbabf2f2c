#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/header.hpp"
#include "storage/sqlite/journal.hpp"
#include "storage/sqlite/load.hpp"
#include "storage/sqlite/place.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/upgrade.hpp"
#include "storage/sqlite/wal_check.hpp"

/// SqliteJournal::open: looks before it touches, makes or checks the schema, has the users loaded.
namespace rollcall::storage {
namespace {

void require(SqliteDatabase& database, const std::string& path, int code) {
  if (code != SQLITE_OK) refuse_file(path, code, database.error());
}

/// In rollback mode and in one transaction, so that no crash leaves half a schema.
void make_schema(SqliteDatabase& database, const std::string& path) {
  std::string sql = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE;";
  sql += "PRAGMA application_id = " + std::to_string(application_id) + ";";
  sql += "PRAGMA user_version = " + std::to_string(schema_version) + ";";
  for (const SchemaRow& each : schema_rows()) sql.append(each.sql).append(";");
  sql += "INSERT INTO high_water (id) VALUES (0); COMMIT";
  require(database, path, database.execute(sql.c_str()));
}

/// In the transaction of the load, which SqliteJournal::prepare() commits. The name of the copy
/// that is kept, if there is anything to do.
std::string upgrade(SqliteDatabase& database, const std::string& path, std::int64_t version,
                    const char* vfs) {
  if (version == schema_version) return {};
  std::string copy = copy_before_upgrade(path, version, vfs);
  require(database, path, database.execute(upgrade_sql(version).c_str()));
  if (version < 4) {
    // The only transaction whose pages need not fit into memory.
    require(database, path, database.execute("PRAGMA cache_spill = ON"));
    require(database, path, fill_row_checksums(database.get()));
    require(database, path, database.execute("PRAGMA cache_spill = OFF"));
  }
  return copy;
}

/// Where it can't have a WAL, SQLite says so only in the row that it returns.
void use_wal(SqliteDatabase& database, const std::string& path) {
  int code = SQLITE_OK;
  SqliteStatement statement(database.get(), "PRAGMA journal_mode = WAL", code);
  require(database, path, code);
  code = statement.step();
  if (code != SQLITE_ROW) refuse_file(path, code, database.error());
  const std::string mode(statement.text(0));
  if (mode == "wal") return;
  throw StoreOpenError({.reason = OpenFailure::Reason::no_wal, .path = path, .detail = mode});
}

/// The version of the schema.
std::int64_t set_up(SqliteDatabase& database, const std::string& path) {
  int code = SQLITE_OK;
  const std::int64_t pages = database.query_integer("PRAGMA page_count", code);
  require(database, path, code);
  if (pages == 0) make_schema(database, path);
  sqlite3_busy_timeout(database.get(), 1'000);
  use_wal(database, path);
  require(database, path,
          database.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                           "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                           // A batch is in memory as a whole, so its pages may be, too; and it
                           // is written to the WAL in one piece, when it commits.
                           "PRAGMA cache_spill = OFF"));
  const std::string limit = "PRAGMA journal_size_limit = " + std::to_string(max_idle_wal_octets);
  require(database, path, database.execute(limit.c_str()));
  return check_schema(database, path);
}

/// Nobody else writes by now: is what SQLite, or the programs that have the file open, take for
/// committed in the WAL?
void check_committed(SqliteDatabase& database, const std::string& path, const WalContents& before) {
  const std::optional<WalIndex> index = database.wal_index();
  if (!index) {
    database.drop_wal_index();
    throw StoreOpenError(
        {.reason = OpenFailure::Reason::no_wal, .path = path, .detail = "wal without an index"});
  }
  // It was read before others were kept from writing.
  const bool changed = index->salts != before.salts || index->frames != before.committed;
  check_wal_index(path, changed ? read_wal(wal_path_of(path)) : before, *index);
}

}  // namespace

std::unique_ptr<SqliteJournal> SqliteJournal::open(
    const std::string& given, UserSink& sink, OpenReport& report,
    const std::function<void(std::uint64_t)>& progress, const char* vfs,
    const std::function<void()>& accept) {
  const std::string path = resolve_place(given);
  auto lock = std::make_unique<FileLock>(path);
  auto locks = std::make_unique<KeptLocks>();
  const bool created = lock->created();
  bool is_new = false;
  WalContents wal;
  std::unique_ptr<SqliteDatabase> database;
  try {
    // SQLite makes a half-made file empty when it opens it.
    is_new = is_half_made(path) || !check_header(path, lock->descriptor());
    wal = check_wal(path, !is_new);
    const bool wal_existed = std::filesystem::exists(wal_path_of(path));
    int code = SQLITE_OK;
    database =
        std::make_unique<SqliteDatabase>(path, SqliteDatabase::Access::read_write, vfs, code);
    if (code != SQLITE_OK) refuse_file(path, code, database->error());
    // Until all is known to be well, nothing is to be moved from the log into the file.
    if (wal_existed) database->keep_wal_on_close();
    const std::int64_t version = set_up(*database, path);
    // A name that is not durable is no place for what is.
    if (const int error = created ? sync_directory(path) : 0; error != 0) {
      refuse_file(path, SQLITE_IOERR_DIR_FSYNC, "its directory can't be synced");
    }
    // Nobody else is to write meanwhile; prepare() ends this, and looks whether anybody has.
    require(*database, path, database->execute("BEGIN IMMEDIATE"));
    check_committed(*database, path, wal);
    if (!locks->keep(*database)) refuse_file(path, SQLITE_PROTOCOL, "no shared memory");
    report = load_users(*database, path, sink, progress, vfs);
    if (accept) accept();
    report.upgrade_copy = upgrade(*database, path, version, vfs);
    load_keys(*database, path, schema_version, report);
  } catch (...) {
    database.reset();
    if (created) ::unlink(path.c_str());
    throw;
  }
  sqlite3_db_config(database->get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  std::unique_ptr<SqliteJournal> journal(
      new SqliteJournal(path, std::move(lock), std::move(locks), std::move(database)));
  if (!journal->prepare()) {
    throw StoreOpenError({.reason = journal->lasting_ == Status::changed_elsewhere
                                        ? OpenFailure::Reason::changed_meanwhile
                                        : OpenFailure::Reason::not_written,
                          .path = path,
                          .detail = journal->last_error_.empty() ? journal->database_->error()
                                                                 : journal->last_error_});
  }
  report.created = is_new;
  report.recovered_frames = wal.committed - std::min(wal.copied, wal.committed);
  if (wal.header == WalContents::Header::whole && wal.written > wal.committed) {
    report.unfinished_frames = wal.written - wal.committed;
  }
  return journal;
}

}  // namespace rollcall::storage
