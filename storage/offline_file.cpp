#include "storage/offline_file.hpp"

#include <algorithm>

#include "storage/local/table_scan.hpp"
#include "storage/local/table_sink.hpp"
#include "storage/sqlite/load.hpp"
#include "storage/sqlite/reader.hpp"

namespace rollcall::storage {
namespace {

using Reason = OpenFailure::Reason;

/// A disk that is full, or may only be read, can give all that it has.
bool may_be_readable(Reason reason) noexcept {
  return reason == Reason::file_not_opened || reason == Reason::directory_not_writable ||
         reason == Reason::not_written || reason == Reason::not_read;
}

}  // namespace

OfflineFile::OfflineFile(const std::string& path, OfflineStore::Missing missing,
                         const LoadProgress& progress, Events& events) {
  // To be opened is to be made a store.
  if (missing == OfflineStore::Missing::refuse) check_exists(path);
  try {
    OpenReport report;
    TableSink sink(*table_);
    journal_ = SqliteJournal::open(path, sink, report, progress);
    tell_opening(report, path, events);
    last_id_ = report.last_id;
  } catch (const StoreOpenError& error) {
    if (missing == OfflineStore::Missing::make || !may_be_readable(error.failure().reason)) throw;
    unwritable_ = error.failure();
    read_only(path, progress);
  }
}

void OfflineFile::read_only(const std::string& path, const LoadProgress& progress) {
  // Some users may be in the other one.
  table_ = std::make_unique<Table>();
  SqliteReader reader(path, SqliteReader::Beside::nobody);
  check_schema(reader.database(), path);
  TableSink sink(*table_);
  last_id_ = load_users(reader.database(), path, sink, progress, nullptr, reader.access()).last_id;
}

Status OfflineFile::raise_last_id(UserId id) {
  if (id <= last_id_) return Status::ok;
  // A user who comes and goes in one transaction: the file keeps the largest id that was removed.
  WriteOperation operations[2];
  operations[0].id = id;
  operations[0].next = &operations[1];
  for_each_member([&](auto index) { operations[0].user[index] = ""; });
  operations[1].verb = WriteOperation::Verb::remove;
  operations[1].id = id;
  const Status status = journal_->commit(operations, {});
  if (status == Status::ok) last_id_ = id;
  return status;
}

bool OfflineFile::contains(UserId id) noexcept {
  UserRecord user;
  return table_->find(id, user);
}

Status OfflineFile::create(const UserList& users) {
  if (users.size() == 0) return Status::ok;
  operations_.assign(users.size(), {});
  for (std::size_t i = 0; i < users.size(); ++i) {
    operations_[i].id = users.id(i);
    operations_[i].user = users.user(i);
    operations_[i].next = i + 1 < users.size() ? &operations_[i + 1] : nullptr;
  }
  const Status status = journal_->commit(operations_.data(), {});
  if (status != Status::ok) return status;
  for (const WriteOperation& each : operations_) {
    // On disk it is; only the rest of the import needs it here.
    if (!table_->insert(each.id, each.user)) throw std::bad_alloc();
    last_id_ = std::max(last_id_, each.id);
  }
  // Also lets a checkpoint that a reader held back be tried again. What either finds, the next
  // create() tells.
  journal_->look();
  journal_->maintain({});
  return status;
}

const UserList& OfflineFile::list_after(UserId after) {
  listing_.request.after = after;
  listing_.request.limit = max_listed_users;
  TableScan scan(*table_, listing_);
  while (!scan.slice()) {
  }
  return listing_.users;
}

}  // namespace rollcall::storage
