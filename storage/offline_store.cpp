#include "storage/offline_store.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "storage/local/table_scan.hpp"
#include "storage/local/table_sink.hpp"

namespace rollcall::storage {
namespace {

using Reason = OpenFailure::Reason;

constexpr std::string_view scheme = "sqlite:";

std::string path_of(const std::string& url) {
  if (url.starts_with(scheme) && url.size() > scheme.size()) return url.substr(scheme.size());
  if (url == "memory:") {
    throw StoreOpenError({.reason = Reason::not_durable, .path = url});
  }
  throw StoreOpenError({.reason = Reason::unknown_store, .path = url});
}

}  // namespace

OfflineStore::OfflineStore(const std::string& url, Missing missing, const LoadProgress& progress,
                           Events& events) {
  const std::string path = path_of(url);
  std::error_code error;
  if (missing == Missing::refuse && !std::filesystem::exists(path, error)) {
    throw StoreOpenError({.reason = Reason::no_file, .path = path});
  }
  // To be opened is to be made a store.
  if (missing == Missing::refuse && std::filesystem::is_regular_file(path, error) &&
      std::filesystem::file_size(path, error) == 0) {
    throw StoreOpenError({.reason = Reason::empty_file, .path = path});
  }
  OpenReport report;
  TableSink sink(table_);
  journal_ = SqliteJournal::open(path, sink, report, progress);
  tell_opening(report, path, events);
  last_id_ = report.last_id;
}

bool OfflineStore::contains(UserId id) const noexcept {
  UserRecord user;
  return table_.find(id, user);
}

Status OfflineStore::create(const UserList& users) {
  if (users.size() == 0) return Status::ok;
  operations_.assign(users.size(), {});
  for (std::size_t i = 0; i < users.size(); ++i) {
    operations_[i].id = users.id(i);
    operations_[i].user = users.user(i);
    operations_[i].next = i + 1 < users.size() ? &operations_[i + 1] : nullptr;
  }
  const Status status = journal_->commit(operations_.data(), 0);
  if (status != Status::ok) return status;
  for (const WriteOperation& each : operations_) {
    // On disk it is; only the rest of the import needs it here.
    if (!table_.insert(each.id, each.user)) throw std::bad_alloc();
    last_id_ = std::max(last_id_, each.id);
  }
  // Also lets a checkpoint that a reader held back be tried again. What either finds, the next
  // create() tells.
  journal_->look();
  journal_->maintain();
  return status;
}

const UserList& OfflineStore::list_after(UserId after) {
  listing_.request.after = after;
  listing_.request.limit = max_listed_users;
  TableScan scan(table_, listing_);
  while (!scan.slice()) {
  }
  return listing_.users;
}

}  // namespace rollcall::storage
