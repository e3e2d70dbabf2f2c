#include "storage/memory_store.hpp"

#include "storage/scans.hpp"
#include "storage/update.hpp"

namespace rollcall::storage {

class MemoryStore::MemorySession final : public Session {
 public:
  MemorySession(MemoryStore& store, SessionOwner& owner) noexcept
      : store_(store), owner_(owner), scans_(store.table_, owner) {}

  void write(WriteOperation& operation) noexcept override {
    if (operation.verb == WriteOperation::Verb::create) {
      store_.create(operation);
    } else {
      store_.update(operation);
    }
    owner_.completed(operation);
  }

  void find(FindOperation& operation) noexcept override { scans_.find(operation); }
  void list(ListOperation& operation) noexcept override { scans_.list(operation); }
  void end_turn() noexcept override {}
  void deliver() noexcept override {}
  bool work() noexcept override { return scans_.work(); }

 private:
  MemoryStore& store_;
  SessionOwner& owner_;
  Scans scans_;
};

void MemoryStore::create(WriteOperation& operation) noexcept {
  operation.id = last_id_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (operation.id > max_user_id) {
    operation.status = Status::ids_exhausted;
  } else {
    const bool kept = table_.insert(operation.id, operation.user);
    operation.status = kept ? Status::ok : Status::disk_full;
  }
}

void MemoryStore::update(WriteOperation& operation) noexcept {
  const std::lock_guard lock(updates_);
  UserRecord record;
  const bool found = table_.find(operation.id, record);
  const UserView current = record.view();
  decide(operation, found ? &current : nullptr);
  if (operation.status != Status::ok) return;
  if (operation.verb == WriteOperation::Verb::remove) {
    table_.remove(operation.id);
  } else if (!table_.replace(operation.id, operation.user)) {
    operation.status = Status::disk_full;
  }
}

std::unique_ptr<Session> MemoryStore::open_session(SessionOwner& owner) {
  return std::make_unique<MemorySession>(*this, owner);
}

bool MemoryStore::close(std::string&) noexcept { return true; }

}  // namespace rollcall::storage
