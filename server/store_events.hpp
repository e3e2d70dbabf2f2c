#pragma once

#include <cstdio>

#include "server/ops/store_metrics.hpp"
#include "storage/events.hpp"

namespace rollcall::server {

/// Writes each event of the store as one line, and counts what is to be counted. Thread-safe.
class StoreEvents final : public storage::Events {
 public:
  /// `out` and `metrics`, which may be null, must stay as long as this lives.
  explicit StoreEvents(std::FILE* out = stderr, StoreMetrics* metrics = nullptr) noexcept
      : out_(out), metrics_(metrics) {}

  void created(const std::string& path) noexcept override;
  void unfinished_dropped(const std::string& path, std::uint64_t frames) noexcept override;
  void open_to_others(const std::string& path, unsigned mode) noexcept override;
  void recovered(const std::string& path, std::uint64_t frames) noexcept override;
  void upgraded(const std::string& path, const std::string& copy) noexcept override;
  void committed(const storage::CommitFacts& facts) noexcept override {
    if (metrics_ != nullptr) metrics_->committed(facts);
  }
  void writes_stopped(storage::Status status, const std::string& reason) noexcept override;
  void writes_resumed() noexcept override;
  void checkpoint_failed(const std::string& reason) noexcept override;
  void wal_is_large(std::uint64_t octets) noexcept override;
  void wal_is_copied() noexcept override;
  void keys_dropped_early(std::size_t most) noexcept override;
  void out_of_memory() noexcept override;

 private:
  std::FILE* const out_;
  StoreMetrics* const metrics_;
};

}  // namespace rollcall::server
