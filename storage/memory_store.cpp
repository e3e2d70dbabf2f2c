#include "storage/memory_store.hpp"

namespace rollcall::storage {

class MemoryStore::MemorySession final : public Session {
 public:
  MemorySession(MemoryStore& store, SessionOwner& owner) noexcept : store_(store), owner_(owner) {}

  void create(CreateOperation& operation) noexcept override {
    operation.id = store_.last_id_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (operation.id > max_user_id) {
      operation.status = Status::ids_exhausted;
    } else {
      const bool kept = store_.table_.insert(operation.id, operation.user);
      operation.status = kept ? Status::ok : Status::disk_full;
    }
    owner_.completed(operation);
  }

  void find(FindOperation& operation) noexcept override {
    const bool found = store_.table_.find(operation.id, operation.user);
    operation.status = found ? Status::ok : Status::not_found;
    owner_.completed(operation);
  }

  void end_turn() noexcept override {}
  void deliver() noexcept override {}

 private:
  MemoryStore& store_;
  SessionOwner& owner_;
};

std::unique_ptr<Session> MemoryStore::open_session(SessionOwner& owner) {
  return std::make_unique<MemorySession>(*this, owner);
}

bool MemoryStore::close(std::string&) noexcept { return true; }

}  // namespace rollcall::storage
