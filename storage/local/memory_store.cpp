#include "storage/local/memory_store.hpp"

#include <new>
#include <utility>

#include "storage/limits.hpp"
#include "storage/local/scans.hpp"

namespace rollcall::storage {

class MemoryStore::MemorySession final : public Session {
 public:
  MemorySession(MemoryStore& store, SessionOwner& owner) noexcept
      : store_(store),
        owner_(owner),
        scans_(store.table_, store.decisions_, owner,
               store.unique_email_ ? EmailMatch::as_unique : EmailMatch::exact) {}

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
    operation.status = kept ? Status::ok : refuse();
  }
}

void MemoryStore::tick(std::chrono::steady_clock::time_point now) noexcept {
  const MutexLock lock(decisions_);
  decider_.keys().tick(now);
  look_for_memory(now);
}

Status MemoryStore::refuse() noexcept {
  refusals_.fetch_add(1, std::memory_order_relaxed);
  if (!full_.exchange(true)) {
    try {
      events_.writes_stopped(Status::out_of_memory, "memory: no room for another user");
    } catch (const std::bad_alloc&) {
      end_without_memory(events_);
    }
  }
  return Status::out_of_memory;
}

/// It is over when there were writes for a while, and none of them was refused.
void MemoryStore::look_for_memory(std::chrono::steady_clock::time_point now) noexcept {
  if (!full_.load() || now - latest_look_ < upkeep_interval) return;
  latest_look_ = now;
  const bool refused = refusals_.load() != std::exchange(refusals_seen_, refusals_.load());
  const bool changed = size() != std::exchange(size_seen_, size());
  if (refused || !changed) return;
  full_.store(false);
  events_.writes_resumed();
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
  // A batch of one.
  decider_.begin(true);
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
    case WriteOperation::Verb::open_upload:
    case WriteOperation::Verb::close_upload:
      break;
  }
  kept ? decider_.keep() : decider_.drop();
  if (!kept) operation.status = refuse();
}

std::unique_ptr<Session> MemoryStore::open_session(SessionOwner& owner) {
  return std::make_unique<MemorySession>(*this, owner);
}

StoreFigures MemoryStore::figures() const noexcept {
  const MutexLock lock(decisions_);
  return {.users = size(), .keys = decider_.keys().size()};
}

bool MemoryStore::close(std::string&) noexcept { return true; }

}  // namespace rollcall::storage
