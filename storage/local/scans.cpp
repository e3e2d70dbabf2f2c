#include "storage/local/scans.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "storage/local/snapshot.hpp"

namespace rollcall::storage {

void Scans::find(FindOperation& operation) noexcept {
  const bool found = table_.find(operation.id, operation.user);
  operation.status = found ? Status::ok : Status::not_found;
  owner_.completed(operation);
}

/// The thread goes on, and so do all others.
void Scans::give_up(ListOperation& operation) noexcept {
  operation.users = {};
  operation.more = false;
  operation.status = Status::out_of_memory;
  owner_.completed(operation);
}

void Scans::list(ListOperation& operation) noexcept {
  try {
    if (!begin(operation)) return;
  } catch (const std::bad_alloc&) {
    return give_up(operation);
  }
  owner_.completed(operation);
}

/// True if it is done already.
bool Scans::begin(ListOperation& operation) {
  // What looks at every user never ends with the first slice of a large table, nor does what looks
  // into many.
  const UserFilter& filter = operation.request.filter;
  const bool quick = (filter.all() && operation.request.order.empty()) ||
                     (!filter.ids.empty() && filter.substrings.empty());
  if (!quick && running_.size() >= max_scans) {
    waiting_.push_back(&operation);
    return false;
  }
  auto scan = std::make_unique<TableScan>(table_, operation, emails_);
  if (scan->slice()) return true;
  if (running_.size() < max_scans) {
    running_.push_back(std::move(scan));
  } else {
    // What it has found so far is found again: nobody keeps it for those that wait.
    waiting_.push_back(&operation);
  }
  return false;
}

namespace {

struct SnapshotCursor final : ExportCursor {
  explicit SnapshotCursor(Table& table) : snapshot(table) {}
  Snapshot snapshot;
};

}  // namespace

void Scans::export_next(ExportOperation& operation) noexcept {
  try {
    read_piece(operation);
  } catch (const std::bad_alloc&) {
    operation.users = {};
    operation.end = false;
    operation.status = Status::out_of_memory;
  }
  owner_.completed(operation);
}

void Scans::read_piece(ExportOperation& operation) {
  operation.status = Status::ok;
  if (!operation.cursor) {
    const MutexLock lock(changes_);
    if (table_.snapshots() < max_snapshots) {
      operation.cursor = std::make_unique<SnapshotCursor>(table_);
    } else {
      operation.status = Status::queue_full;
    }
  }
  if (!operation.cursor) return;
  auto& cursor = static_cast<SnapshotCursor&>(*operation.cursor);
  const Snapshot::Next next = cursor.snapshot.next(operation.users);
  operation.end = next == Snapshot::Next::end;
  if (next == Snapshot::Next::lost) operation.status = Status::queue_full;
}

/// Those that nobody waits for must not hold up those that somebody waits for.
void Scans::drop_cancelled() noexcept {
  for (;;) {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [](const ListOperation* each) { return each->cancelled; });
    if (found == waiting_.end()) return;
    ListOperation& operation = **found;
    waiting_.erase(found);
    operation.status = Status::cancelled;
    owner_.completed(operation);
  }
}

namespace {

bool is_deferred(const ListOperation* operation) noexcept { return operation->deferred; }
bool is_deferred(const std::unique_ptr<TableScan>& scan) noexcept {
  return scan->operation().deferred;
}

/// Takes the first that is not deferred, or else the first; there is one.
template <class Queue>
typename Queue::value_type take_next(Queue& queue) noexcept {
  auto next =
      std::find_if(queue.begin(), queue.end(), [](const auto& each) { return !is_deferred(each); });
  if (next == queue.end()) next = queue.begin();
  typename Queue::value_type taken = std::move(*next);
  queue.erase(next);
  return taken;
}

}  // namespace

/// One that is not deferred takes the place of one that is, which has to begin anew.
void Scans::give_way() noexcept {
  const auto giving = std::find_if(running_.begin(), running_.end(),
                                   [](const auto& each) { return is_deferred(each); });
  if (giving == running_.end() || waiting_.empty()) return;
  ListOperation* const next = take_next(waiting_);
  try {
    if (next->deferred) return waiting_.push_front(next);
    auto scan = std::make_unique<TableScan>(table_, *next, emails_);
    waiting_.push_back(&(*giving)->operation());
    *giving = std::move(scan);
  } catch (const std::bad_alloc&) {
    give_up(*next);
  }
}

/// The next that waits, if there is room for it.
void Scans::begin_next() noexcept {
  if (waiting_.empty() || running_.size() >= max_scans) return;
  ListOperation* const next = take_next(waiting_);
  try {
    running_.push_back(std::make_unique<TableScan>(table_, *next, emails_));
  } catch (const std::bad_alloc&) {
    give_up(*next);
  }
}

bool Scans::work() noexcept {
  if (running_.empty()) return false;
  if (!waiting_.empty() && waiting_.front()->cancelled) drop_cancelled();
  give_way();
  std::unique_ptr<TableScan> scan = take_next(running_);
  ListOperation& operation = scan->operation();
  bool failed = false;
  try {
    if (!scan->slice()) {
      running_.push_back(std::move(scan));
      return true;
    }
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  scan.reset();
  drop_cancelled();
  begin_next();
  failed ? give_up(operation) : owner_.completed(operation);
  return !running_.empty();
}

}  // namespace rollcall::storage
