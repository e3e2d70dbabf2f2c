#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "storage/store.hpp"
#include "storage/table.hpp"

namespace rollcall::storage {

/// `memory:`: users live as long as the process. Every verb completes before it returns, on the
/// calling thread; sessions share the table's shards and one atomic counter, and no other state.
class MemoryStore final : public Store {
 public:
  std::unique_ptr<Session> open_session(SessionOwner& owner) override;
  std::uint64_t size() const noexcept override { return table_.size(); }
  Status health() const noexcept override { return Status::ok; }
  bool close(std::string& error) noexcept override;

 private:
  class MemorySession;

  Table table_;
  alignas(64) std::atomic<UserId> last_id_{min_user_id - 1};
};

}  // namespace rollcall::storage
