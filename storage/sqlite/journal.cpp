#include "storage/sqlite/journal.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/schema.hpp"

namespace rollcall::storage {
namespace {

Status to_status(int code) noexcept {
  switch (code) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return Status::sync_failed;
    case SQLITE_IOERR_NOMEM:
      return Status::out_of_memory;
    case SQLITE_IOERR_SHMSIZE:
      // The index can't be made longer.
      return Status::disk_full;
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      // An id that nobody here gave out, or one whose user somebody else has removed.
      return Status::changed_elsewhere;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Status::disk_full;
    case SQLITE_NOMEM:
      return Status::out_of_memory;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Status::busy;
    default:
      return Status::io_error;
  }
}

/// What SQLite only calls a "disk I/O error"; null for what it has a word for.
const char* describe(int code) noexcept {
  switch (code) {
    case SQLITE_IOERR_WRITE:
      return "a write failed";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return "a sync failed";
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
      return "a read failed";
    case SQLITE_IOERR_TRUNCATE:
      return "it can't be cut";
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMMAP:
      return "there is no room for the WAL's index";
    default:
      return nullptr;
  }
}

}  // namespace

SqliteJournal::SqliteJournal(std::string path, std::unique_ptr<FileLock> lock,
                             std::unique_ptr<KeptLocks> locks,
                             std::unique_ptr<SqliteDatabase> database) noexcept
    : path_(std::move(path)),
      lock_(std::move(lock)),
      locks_(std::move(locks)),
      database_(std::move(database)),
      checkpoints_(*database_, *locks_) {}

bool SqliteJournal::prepare() noexcept {
  sqlite3* const database = database_->get();
  int codes[11];
  begin_ = SqliteStatement(database, "BEGIN IMMEDIATE", codes[0]);
  codes[1] = batch_.prepare(database);
  update_ = SqliteStatement(database, update_user_sql().c_str(), codes[8]);
  delete_ = SqliteStatement(database, "DELETE FROM users WHERE id = ?1", codes[9]);
  codes[10] = keys_.prepare(database);
  commit_ = SqliteStatement(database, "COMMIT", codes[2]);
  rollback_ = SqliteStatement(database, "ROLLBACK", codes[3]);
  page_octets_ = static_cast<std::uint32_t>(database_->query_integer("PRAGMA page_size", codes[4]));
  sqlite3_wal_hook(database, on_commit, this);
  const auto index = database_->wal_index();
  known_changes_ = index ? index->changes : 0;
  const auto noted = [this](int code) {
    if (code != SQLITE_OK && last_error_.empty()) last_error_ = database_->error();
    return code;
  };
  // The transaction of the load, and of what open() may have brought up to date.
  codes[5] = noted(commit_.run());
  // A log that a crash left.
  codes[6] = noted(checkpoints_.copy_all());
  codes[7] = noted(begin());
  // Without it nothing is lost but a figure.
  syncs_.begin(*database_);
  // From here on a lock that another program holds is an answer, nothing to wait for.
  sqlite3_busy_timeout(database, 0);
  return lasting_ == Status::ok && watch_.begin(path_) &&
         std::all_of(std::begin(codes), std::end(codes),
                     [](int code) { return code == SQLITE_OK; });
}

int SqliteJournal::on_commit(void* self, sqlite3*, const char*, int frames) noexcept {
  auto& journal = *static_cast<SqliteJournal*>(self);
  journal.checkpoints_.committed(frames);
  ++journal.known_changes_;
  return SQLITE_OK;
}

int SqliteJournal::begin() noexcept {
  if (in_transaction_) return SQLITE_OK;
  const int code = begin_.run();
  if (code != SQLITE_OK) return code;
  in_transaction_ = true;
  // Nobody else can write, as long as the locks are kept. Whoever does it all the same, on a file
  // system without locks, has made the table out of date. PRAGMA data_version would not do: it also
  // changes when SQLite drops its own cache, as after a write that failed.
  const auto index = database_->wal_index();
  if (!index || index->changes != known_changes_) lasting_ = Status::changed_elsewhere;
  return code;
}

int SqliteJournal::write(const WriteOperation* first) noexcept {
  int code = SQLITE_OK;
  while (code == SQLITE_OK && first != nullptr) {
    if (first->status != Status::ok) {
      first = first->next;
    } else if (first->verb == WriteOperation::Verb::create) {
      code = insert(first);
      first = batch_.end();
    } else {
      if (first->is_change()) code = change(*first);
      first = first->next;
    }
  }
  return code;
}

/// All creations up to the next write of another kind.
int SqliteJournal::insert(const WriteOperation* first) noexcept {
  int code = batch_.insert(first);
  for (; code == SQLITE_OK && first != batch_.end(); first = batch_.next(first)) {
    if (first->key != nullptr && first->key->line == 0) code = keys_.write(*first);
  }
  return code;
}

int SqliteJournal::change(const WriteOperation& operation) noexcept {
  const bool removes = operation.verb == WriteOperation::Verb::remove;
  SqliteStatement& statement = removes ? delete_ : update_;
  statement.bind(1, static_cast<std::int64_t>(operation.id));
  if (!removes) {
    int parameter = 2;
    for_each_member([&](auto index) { statement.bind(parameter++, operation.user[index]); });
    statement.bind(parameter, std::int64_t{row_checksum(operation.id, operation.user)});
  }
  const int code = statement.run();
  if (code != SQLITE_OK) return code;
  // A user that the table has and the file has not.
  if (sqlite3_changes(database_->get()) != 1) return SQLITE_CONSTRAINT_ROWID;
  if (removes) batch_.removed(operation.id);
  return operation.key == nullptr ? SQLITE_OK : keys_.write(operation);
}

Status SqliteJournal::commit(const WriteOperation* first, const KeyChanges& keys) noexcept {
  if (lasting_ != Status::ok) return lasting_;
  // What checkpoints have waited.
  syncs_.take();
  int code = begin();
  if (lasting_ == Status::changed_elsewhere) {
    last_error_ = path_ + ": another program wrote to it";
    return lasting_;
  }
  if (code == SQLITE_OK) code = write(first);
  if (code == SQLITE_OK) code = keys_.write(keys);
  if (code != SQLITE_OK) return fail(code, false);
  code = commit_.run();
  if (code != SQLITE_OK) return fail(code, true);
  in_transaction_ = false;
  keys_.committed(keys);
  // At once, so that no other process gets in between; if one does, begin() sees it.
  begin();
  return Status::ok;
}

/// `suffix` names the file that is written: the data file, or the WAL beside it.
void SqliteJournal::note_error(int code, const char* suffix) noexcept {
  const bool in_index = code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMMAP;
  const char* const what = describe(code);
  last_error_ = path_ + (in_index ? "-shm" : suffix) + ": ";
  last_error_ += what != nullptr ? what : database_->error();
  const int primary = code & 0xff;
  const int number = sqlite3_system_errno(database_->get());
  if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && number != 0) {
    last_error_ += " (" + std::generic_category().message(number) + ")";
  }
}

Status SqliteJournal::fail(int code, bool committing) noexcept {
  note_error(code, "-wal");
  Status status = to_status(code);
  if (status == Status::changed_elsewhere) {
    last_error_ = path_ + ": another program wrote to it";
    lasting_ = status;
  }
  end_transaction();
  batch_.undone();
  begin();
  // Unless it was never begun, or a write of the WAL failed, the WAL may hold all of it by now.
  const bool may_be_whole =
      committing && status != Status::busy && code != SQLITE_FULL && code != SQLITE_IOERR_WRITE;
  if (may_be_whole && !cut_wal()) status = Status::sync_failed;
  if (status == Status::sync_failed) {
    lasting_ = status;
    end_transaction();
  }
  return status;
}

void SqliteJournal::end_transaction() noexcept {
  if (sqlite3_get_autocommit(database_->get()) == 0) rollback_.run();
  in_transaction_ = false;
}

/// The WAL ends in a whole transaction whose users are told that they were not created. It may be
/// on disk, or the kernel may still write it, and then a recovery after a crash would find it good:
/// so cut it off. Only with the lock: somebody else might have begun to write in its place.
bool SqliteJournal::cut_wal() noexcept {
  if (in_transaction_ && database_->cut_wal(page_octets_) == SQLITE_OK) return true;
  last_error_ += ", and the WAL can't be cut: what is answered 503 may appear at the next start";
  return false;
}

Status SqliteJournal::maintain(std::chrono::nanoseconds commit_time) noexcept {
  if (lasting_ != Status::ok) return lasting_;
  if (!checkpoints_.wanted()) return Status::ok;
  if (checkpoints_.is_due()) latest_checkpoint_ = checkpoint(commit_time);
  return latest_checkpoint_;
}

std::uint64_t SqliteJournal::wal_octets() const noexcept {
  return checkpoints_.frames_left() * (frame_header_octets + page_octets_);
}

Status SqliteJournal::look() noexcept {
  checkpoints_.look();
  return lasting_ != Status::ok ? lasting_ : check_place();
}

/// Whether the file is still there and ours alone. If not, it is left as it is: whoever replaced it
/// may want it so.
Status SqliteJournal::check_place() noexcept {
  using Found = FileWatch::Found;
  switch (watch_.look()) {
    case Found::as_it_was:
      return Status::ok;
    case Found::missing:
      last_error_ = watch_.path() + ": removed or renamed";
      break;
    case Found::another_one:
      last_error_ = watch_.path() + ": replaced by another file";
      break;
    case Found::written_to:
      last_error_ = watch_.path() + ": overwritten by another program";
      break;
  }
  return lasting_ = Status::file_replaced;
}

Status SqliteJournal::checkpoint(std::chrono::nanoseconds commit_time) noexcept {
  // The place first: frames of this file must not be copied into another one.
  if (const Status place = check_place(); place != Status::ok) return place;
  end_transaction();
  const int code = checkpoints_.copy_part(commit_time);
  watch_.note_own_write();
  const Status status = code == SQLITE_OK ? Status::ok : to_status(code);
  if (status != Status::ok) note_error(code, "");
  if (is_lasting(status)) {
    lasting_ = status;
  } else {
    begin();
  }
  return status;
}

bool SqliteJournal::close(std::string& error) noexcept {
  end_transaction();
  int code = SQLITE_OK;
  if (look() != Status::ok) {
    // What is in the file and what in the log is for the next start to sort out.
    database_->keep_wal_on_close();
    error = last_error_;
  } else {
    code = sqlite3_wal_checkpoint_v2(database_->get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                                     nullptr);
    // A reader keeps the log in use: then the next start copies it.
    if (code == SQLITE_BUSY) code = SQLITE_OK;
    if (code != SQLITE_OK) {
      error = database_->error();
      // SQLite would try again, with only what it thinks is missing, and then delete the log.
      database_->keep_wal_on_close();
    }
  }
  batch_.finalize();
  for (SqliteStatement* each : {&begin_, &update_, &delete_, &commit_, &rollback_}) {
    SqliteStatement gone = std::move(*each);
  }
  keys_ = {};
  database_.reset();
  lock_.reset();
  return code == SQLITE_OK && lasting_ != Status::file_replaced;
}

}  // namespace rollcall::storage
