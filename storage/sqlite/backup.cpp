#include "storage/backup.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "storage/open_store.hpp"
#include "storage/sqlite/header.hpp"
#include "storage/sqlite/interrupter.hpp"
#include "storage/sqlite/load.hpp"
#include "storage/sqlite/partial_file.hpp"
#include "storage/sqlite/reader.hpp"

namespace rollcall::storage {
namespace {

using Access = SqliteDatabase::Access;
using Beside = SqliteReader::Beside;
using Reason = CopyFailure::Reason;

/// Pages between two looks at the progress.
constexpr int pages_a_step = 1'024;
/// Pages written between two syncs: a server's sync on the same disk waits for no more than these.
constexpr int pages_a_sync = 4 * pages_a_step;
/// The lock on the index (-shm) that everybody holds who has a file open in WAL mode
/// (sqlite.org/walformat.html, section 2.2.1: the octets from 120 on are locks; os_unix.c: 128).
constexpr off_t open_lock_octet = 128;

[[noreturn]] void fail(Reason reason, const std::string& path, std::string detail = {}) {
  throw CopyError({.reason = reason, .path = path, .detail = std::move(detail)});
}

void check_absent(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, error))) {
    fail(Reason::exists, path);
  }
}

/// SQLite's own copying, which would start over when somebody else has written, but does not while
/// the source is in a transaction of ours.
class Copying {
 public:
  Copying(SqliteReader& source, const std::string& to, SqliteDatabase& copy)
      : source_(source),
        to_(to),
        copy_(copy),
        backup_(sqlite3_backup_init(copy.get(), "main", source.database().get(), "main")) {
    if (backup_ == nullptr) fail_by(sqlite3_errcode(copy_.get()));
  }
  ~Copying() { sqlite3_backup_finish(backup_); }
  Copying(const Copying&) = delete;
  Copying& operator=(const Copying&) = delete;

  /// Copies some pages; false when that were the last ones.
  bool step() {
    const int code = sqlite3_backup_step(backup_, pages_a_step);
    if (code != SQLITE_OK && code != SQLITE_DONE) fail_by(code);
    return code == SQLITE_OK;
  }
  int pages() const noexcept { return sqlite3_backup_pagecount(backup_); }
  int done() const noexcept { return pages() - sqlite3_backup_remaining(backup_); }

  /// Ends it: what was not written yet is written.
  void finish() {
    const int code = sqlite3_backup_finish(std::exchange(backup_, nullptr));
    if (code != SQLITE_OK) fail_by(code);
  }

 private:
  [[noreturn]] void fail_by(int code) {
    const int primary = code & 0xff;
    const bool by_source = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
                           code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ;
    if (by_source) refuse_file(source_.path(), code, sqlite3_errstr(code));
    fail(Reason::not_written, to_, copy_.error());
  }

  SqliteReader& source_;
  const std::string& to_;
  SqliteDatabase& copy_;
  sqlite3_backup* backup_;
};

/// Returns the octets of the copy.
std::uint64_t copy_pages(SqliteReader& source, PartialFile& partial, const std::string& to,
                         const CopyProgress& progress) {
  const auto page_octets = static_cast<std::uint64_t>(source.query("PRAGMA page_size"));
  int code = SQLITE_OK;
  SqliteDatabase copy(partial.name(), Access::read_write, nullptr, code);
  // Nobody else knows of the file, and one that is cut short is removed.
  if (code == SQLITE_OK) code = copy.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  if (code != SQLITE_OK) fail(Reason::not_written, to, copy.error());
  Copying copying(source, to, copy);
  int synced = 0;
  while (copying.step()) {
    const auto done = static_cast<std::uint64_t>(copying.done());
    const auto all = static_cast<std::uint64_t>(copying.pages());
    if (progress && !progress(done * page_octets, all * page_octets)) fail(Reason::stopped, to);
    if (copying.done() - synced < pages_a_sync) continue;
    partial.sync();
    synced = copying.done();
  }
  const auto pages = static_cast<std::uint64_t>(copying.pages());
  copying.finish();
  return pages * page_octets;
}

/// Runs `statements` of `database`, until `goes_on` says no.
template <class Statements>
void run_stoppable(SqliteDatabase& database, const std::string& to,
                   const std::function<bool()>& goes_on, const Statements& statements) {
  Interrupter interrupter(database.get(), [&] { return !goes_on(); });
  try {
    statements();
  } catch (const std::exception&) {
    if (interrupter.end()) fail(Reason::stopped, to);
    throw;
  }
  if (interrupter.end()) fail(Reason::stopped, to);
}

/// Reads all of the copy again.
void check_copy(SqliteDatabase& copy, const std::string& to, std::uint64_t users) {
  int code = SQLITE_OK;
  SqliteStatement check(copy.get(), "PRAGMA quick_check(1)", code);
  if (code == SQLITE_OK) code = check.step();
  if (code == SQLITE_ROW && check.text(0) != "ok") {
    fail(Reason::not_whole, to, std::string(check.text(0)));
  }
  std::int64_t count = 0;
  if (code == SQLITE_ROW) count = copy.query_integer("SELECT count(*) FROM users", code);
  if (code != SQLITE_OK) fail(Reason::not_whole, to, copy.error());
  if (static_cast<std::uint64_t>(count) != users) {
    fail(Reason::not_whole, to,
         "it has " + std::to_string(count) + " users, not " + std::to_string(users));
  }
}

/// `before_name` is called when the copy is complete and is to get its name.
CopyReport copy(const std::string& from, Beside beside, const std::string& to,
                const CopyProgress& progress, const std::function<void()>& before_name) {
  CopyReport report;
  const auto goes_on = [&] { return !progress || progress(report.octets, report.octets); };
  PartialFile partial(to);
  {
    // Until the end of this the WAL can't be restarted.
    SqliteReader source(from, beside);
    run_stoppable(source.database(), to, goes_on, [&] {
      report.users = static_cast<std::uint64_t>(source.query("SELECT count(*) FROM users"));
    });
    report.octets = copy_pages(source, partial, to, progress);
  }
  partial.sync();
  {
    int code = SQLITE_OK;
    SqliteDatabase copied(partial.name(), Access::immutable, nullptr, code);
    if (code != SQLITE_OK) fail(Reason::not_whole, to, copied.error());
    run_stoppable(copied, to, goes_on, [&] { check_copy(copied, to, report.users); });
  }
  if (!goes_on()) fail(Reason::stopped, to);
  before_name();
  partial.publish();
  return report;
}

/// A server whose data file was deleted, or moved away, goes on with what it has open.
void check_unused(const std::string& index) {
  const int descriptor = ::open(index.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = open_lock_octet;
  lock.l_len = 1;
  const bool used = ::fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(descriptor);
  if (used) fail(Reason::in_use, index);
}

/// SQLite would take what an earlier store has left for a part of the new one.
void check_leftovers(const std::string& path) {
  check_absent(path);
  check_unused(path + "-shm");
  for (const char* const each : {"-wal", "-journal"}) {
    if (file_octets(path + each) > 0) fail(Reason::left_behind, path + each);
  }
}

/// What holds no user.
void remove_leftovers(const std::string& path) {
  check_leftovers(path);
  for (const char* const each : {"-wal", "-journal", "-shm"}) {
    const std::string name = path + each;
    if (::unlink(name.c_str()) != 0 && errno != ENOENT) {
      fail(Reason::not_written, name, std::generic_category().message(errno));
    }
  }
}

}  // namespace

CopyReport back_up(const std::string& url, const std::string& file, const CopyProgress& progress) {
  const std::string path = sqlite_path(url);
  check_exists(path);
  // Also for who opens it later: what is beside it would be taken for a part of it.
  check_leftovers(file);
  return copy(path, Beside::server, file, progress, [&] { remove_leftovers(file); });
}

CopyReport restore(const std::string& file, const std::string& url, const CopyProgress& progress) {
  const std::string path = sqlite_path(url);
  check_exists(file);
  check_leftovers(path);
  return copy(file, Beside::nobody, path, progress, [&] { remove_leftovers(path); });
}

}  // namespace rollcall::storage
