#include "storage/local/memory_store.hpp"

#include <new>

#include "storage/local/scans.hpp"

namespace rollcall::storage {

class MemoryStore::MemorySession final : public Session {
 public:
  MemorySession(MemoryStore& store, SessionOwner& owner) noexcept
      : store_(store), owner_(owner), scans_(store.table_, store.decisions_, owner) {}

  void write(WriteOperation& operation) noexcept override {
    const bool plain = operation.verb == WriteOperation::Verb::create && operation.key == nullptr &&
                       !store_.unique_email_;
    plain ? store_.create(operation) : store_.decide(operation);
    owner_.completed(operation);
  }

  void find(FindOperation& operation) noexcept override { scans_.find(operation); }
  void list(ListOperation& operation) noexcept override { scans_.list(operation); }
  void export_next(ExportOperation& operation) noexcept override { scans_.export_next(operation); }
  bool end_turn() noexcept override { return scans_.work(); }
  void tick(std::chrono::steady_clock::time_point now) noexcept override { store_.tick(now); }
  void deliver() noexcept override {}

 private:
  MemoryStore& store_;
  SessionOwner& owner_;
  Scans scans_;
};

MemoryStore::MemoryStore(const StoreRules& rules, Events& events)
    : events_(events), unique_email_(rules.unique_email), decider_(table_, rules, events) {
  if (unique_email_) decider_.make_emails_unique();
}

void MemoryStore::create(WriteOperation& operation) noexcept {
  operation.id = last_id_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (operation.id > max_user_id) {
    operation.status = Status::ids_exhausted;
  } else {
    const bool kept = table_.insert(operation.id, operation.user);
    operation.status = kept ? Status::ok : Status::disk_full;
  }
}

void MemoryStore::tick(std::chrono::steady_clock::time_point now) noexcept {
  const MutexLock lock(decisions_);
  decider_.keys().tick(now);
}

void MemoryStore::decide(WriteOperation& operation) noexcept {
  try {
    try_to_decide(operation);
  } catch (const std::bad_alloc&) {
    end_without_memory(events_);
  }
}

void MemoryStore::try_to_decide(WriteOperation& operation) {
  const MutexLock lock(decisions_);
  decider_.begin(false);
  // No other creation takes this id; it is lost if this one is refused.
  const bool creates = operation.verb == WriteOperation::Verb::create;
  const UserId next_id = creates ? last_id_.fetch_add(1, std::memory_order_relaxed) + 1 : 0;
  if (next_id > max_user_id) {
    operation.status = Status::ids_exhausted;
    return;
  }
  decider_.decide(operation, next_id);
  if (operation.status != Status::ok) return;
  bool kept = true;
  switch (operation.verb) {
    case WriteOperation::Verb::create:
      kept = table_.insert(operation.id, operation.user);
      break;
    case WriteOperation::Verb::replace:
      kept = table_.replace(operation.id, operation.user);
      break;
    case WriteOperation::Verb::remove:
      table_.remove(operation.id);
      break;
  }
  kept ? decider_.keep() : decider_.drop();
  if (!kept) operation.status = Status::disk_full;
}

std::unique_ptr<Session> MemoryStore::open_session(SessionOwner& owner) {
  return std::make_unique<MemorySession>(*this, owner);
}

bool MemoryStore::close(std::string&) noexcept { return true; }

}  // namespace rollcall::storage
