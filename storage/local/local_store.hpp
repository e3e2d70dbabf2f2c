#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "storage/local/decider.hpp"
#include "storage/local/group_commit.hpp"
#include "storage/local/journal.hpp"
#include "storage/local/table.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"

namespace rollcall::storage {

/// Users in a table in memory, every write in a journal first. Reads never touch the disk.
class LocalStore final : public Store {
 public:
  /// `table` holds what the journal held when it was opened, `decider` knows its keys and rules,
  /// `last_id` is the largest id ever given out. `events` must outlive it.
  LocalStore(std::unique_ptr<Table> table, std::unique_ptr<Decider> decider,
             std::unique_ptr<Journal> journal, UserId last_id, CommitBy commit_by, Events& events);
  ~LocalStore() override;

  std::unique_ptr<Session> open_session(SessionOwner& owner) override;
  std::uint64_t size() const noexcept override { return table_->size(); }
  StoreFigures figures() const noexcept override;
  Status health() const noexcept override { return round_.health(); }
  bool close(std::string& error) noexcept override;

 private:
  class LocalSession;

  std::unique_ptr<Table> table_;
  std::unique_ptr<Decider> decider_;
  std::unique_ptr<Journal> journal_;
  CommitRound round_;
  std::unique_ptr<Committer> committer_;
  std::atomic<std::size_t> sessions_{0};
  alignas(64) std::atomic<std::size_t> pending_writes_{0};
};

}  // namespace rollcall::storage
