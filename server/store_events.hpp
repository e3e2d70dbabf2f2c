#pragma once

#include "server/ops/log.hpp"
#include "server/ops/store_metrics.hpp"
#include "storage/events.hpp"

namespace rollcall::server {

/// Says each event of the store in one message, and counts what is to be counted. Thread-safe.
class StoreEvents final : public storage::Events {
 public:
  /// `log` and `metrics`, which may be null, must outlive this.
  explicit StoreEvents(Log& log, StoreMetrics* metrics = nullptr) noexcept
      : log_(log), metrics_(metrics) {}

  void created(const std::string& path) noexcept override;
  void unfinished_dropped(const std::string& path, std::uint64_t frames) noexcept override;
  void open_to_others(const std::string& path, unsigned mode) noexcept override;
  void recovered(const std::string& path, std::uint64_t frames) noexcept override;
  void upgraded(const std::string& path, const std::string& copy) noexcept override;
  void commits_weakly(const std::string& setting) noexcept override;
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
  Log& log_;
  StoreMetrics* const metrics_;
};

}  // namespace rollcall::server
