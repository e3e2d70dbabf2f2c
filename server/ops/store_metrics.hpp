#pragma once

#include <array>
#include <cstddef>

#include "server/ops/counters.hpp"
#include "storage/events.hpp"
#include "storage/status.hpp"

namespace rollcall::server {

class Exposition;

/// What a store's commits were. Written by the calls of storage::Events, which come one at a time;
/// read by any thread.
class StoreMetrics {
 public:
  void committed(const storage::CommitFacts& facts) noexcept;
  void writes_stopped(storage::Status status) noexcept;
  void checkpoint_failed() noexcept { checkpoints_failed_.add(1); }

  void write(Exposition& page) const;

 private:
  using PerStatus = std::array<Counter, storage::status_count>;

  DurationHistogram commits_by_turn_;
  DurationHistogram commits_by_thread_;
  DurationHistogram syncs_;
  DurationHistogram held_;
  CountHistogram writes_;
  PerStatus failures_;
  PerStatus stops_;
  Counter checkpoints_failed_;
};

}  // namespace rollcall::server
