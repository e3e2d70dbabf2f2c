#pragma once

#include <cstdio>

#include "storage/events.hpp"

namespace rollcall::server {

/// Writes each event of the store as one line. Thread-safe.
class StoreEvents final : public storage::Events {
 public:
  /// `out` must stay open as long as this lives.
  explicit StoreEvents(std::FILE* out = stderr) noexcept : out_(out) {}

  void created(const std::string& path) noexcept override;
  void unfinished_dropped(const std::string& path, std::uint64_t frames) noexcept override;
  void open_to_others(const std::string& path, unsigned mode) noexcept override;
  void recovered(const std::string& path, std::uint64_t frames) noexcept override;
  void upgraded(const std::string& path, const std::string& copy) noexcept override;
  void writes_stopped(storage::Status status, const std::string& reason) noexcept override;
  void writes_resumed() noexcept override;
  void checkpoint_failed(const std::string& reason) noexcept override;
  void wal_is_large(std::uint64_t octets) noexcept override;
  void wal_is_copied() noexcept override;
  void keys_dropped_early(std::size_t most) noexcept override;
  void out_of_memory() noexcept override;

 private:
  std::FILE* const out_;
};

}  // namespace rollcall::server
