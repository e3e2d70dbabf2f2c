#include "storage/scans.hpp"

#include <utility>
#include <vector>

#include "storage/snapshot.hpp"

namespace rollcall::storage {

void Scans::find(FindOperation& operation) noexcept {
  const bool found = table_.find(operation.id, operation.user);
  operation.status = found ? Status::ok : Status::not_found;
  owner_.completed(operation);
}

void Scans::list(ListOperation& operation) noexcept {
  // What looks at every user never ends with the first slice of a large table.
  const bool quick = operation.request.filter.all() || !operation.request.filter.ids.empty();
  if (!quick && running_.size() >= max_scans) {
    waiting_.push_back(&operation);
    return;
  }
  auto scan = std::make_unique<TableScan>(table_, operation);
  if (scan->slice()) {
    owner_.completed(operation);
  } else if (running_.size() < max_scans) {
    running_.push_back(std::move(scan));
  } else {
    // What it has found so far is found again: nobody keeps it for those that wait.
    waiting_.push_back(&operation);
  }
}

namespace {

struct SnapshotCursor final : ExportCursor {
  explicit SnapshotCursor(Table& table) : snapshot(table) {}
  Snapshot snapshot;
};

}  // namespace

void Scans::export_next(ExportOperation& operation) noexcept {
  operation.status = Status::ok;
  if (!operation.cursor) {
    const std::lock_guard lock(changes_);
    if (table_.snapshots() < max_snapshots) {
      operation.cursor = std::make_unique<SnapshotCursor>(table_);
    } else {
      operation.status = Status::queue_full;
    }
  }
  if (operation.cursor) {
    auto& cursor = static_cast<SnapshotCursor&>(*operation.cursor);
    const Snapshot::Next next = cursor.snapshot.next(operation.users);
    operation.end = next == Snapshot::Next::end;
    if (next == Snapshot::Next::lost) operation.status = Status::queue_full;
  }
  owner_.completed(operation);
}

/// Those that nobody waits for must not stand before those that somebody does.
void Scans::drop_abandoned() noexcept {
  std::vector<ListOperation*> dropped;
  std::erase_if(waiting_, [&](ListOperation* each) {
    if (each->abandoned) dropped.push_back(each);
    return each->abandoned;
  });
  for (ListOperation* const each : dropped) owner_.completed(*each);
}

bool Scans::work() noexcept {
  if (running_.empty()) return false;
  if (!waiting_.empty() && waiting_.front()->abandoned) drop_abandoned();
  std::unique_ptr<TableScan> scan = std::move(running_.front());
  running_.pop_front();
  if (!scan->slice()) {
    running_.push_back(std::move(scan));
    return true;
  }
  ListOperation& done = scan->operation();
  scan.reset();
  drop_abandoned();
  if (!waiting_.empty() && running_.size() < max_scans) {
    ListOperation& next = *waiting_.front();
    waiting_.pop_front();
    running_.push_back(std::make_unique<TableScan>(table_, next));
  }
  owner_.completed(done);
  return !running_.empty();
}

}  // namespace rollcall::storage
