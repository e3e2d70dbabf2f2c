#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "storage/events.hpp"
#include "storage/local/decider.hpp"
#include "storage/local/table.hpp"
#include "storage/mutex.hpp"
#include "storage/store.hpp"

namespace rollcall::storage {

/// `memory:`: users live as long as the process. Every write completes before the call returns, on
/// the calling thread. For a plain creation sessions share the table's shards and one atomic
/// counter, and no other state; all other writes exclude one another. An export is of one moment
/// but for plain creations that are under way in it: each is in it or not.
class MemoryStore final : public Store {
 public:
  /// `events` must outlive it.
  explicit MemoryStore(const StoreRules& rules = {}, Events& events = ignored_events());
  std::unique_ptr<Session> open_session(SessionOwner& owner) override;
  std::uint64_t size() const noexcept override { return table_.size(); }
  StoreFigures figures() const noexcept override;
  Status health() const noexcept override {
    return full_.load(std::memory_order_relaxed) ? Status::out_of_memory : Status::ok;
  }
  bool close(std::string& error) noexcept override;

 private:
  class MemorySession;

  void create(WriteOperation& operation) noexcept;
  void tick(std::chrono::steady_clock::time_point now) noexcept;
  void decide(WriteOperation& operation) noexcept;
  /// There is no memory for the user: tells so, until tick() finds that it is over.
  Status refuse() noexcept;
  void look_for_memory(std::chrono::steady_clock::time_point now) noexcept
      ROLLCALL_REQUIRES(decisions_);
  void try_to_decide(WriteOperation& operation);

  Events& events_;
  Table table_;
  const bool unique_email_;
  mutable Mutex decisions_;
  Decider decider_ ROLLCALL_GUARDED_BY(decisions_);
  std::atomic<bool> full_{false};           ///< There was no memory for a user.
  std::atomic<std::uint64_t> refusals_{0};  ///< For lack of memory.
  std::uint64_t refusals_seen_ ROLLCALL_GUARDED_BY(decisions_) = 0;
  std::uint64_t size_seen_ ROLLCALL_GUARDED_BY(decisions_) = 0;
  std::chrono::steady_clock::time_point latest_look_ ROLLCALL_GUARDED_BY(decisions_);
  alignas(64) std::atomic<UserId> last_id_{min_user_id - 1};
};

}  // namespace rollcall::storage
