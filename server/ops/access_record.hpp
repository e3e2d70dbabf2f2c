#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "protocol/http/caller.hpp"
#include "protocol/route.hpp"
#include "server/clock.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

/// An answer, as the access log has it. Of a fixed size: it needs no memory of its own.
struct AccessRecord {
  Clock::time_point begun{};
  Clock::time_point ended{};
  std::uint64_t octets_in = 0;
  std::uint64_t octets_out = 0;
  std::optional<protocol::IpAddress> client{};
  std::optional<protocol::TraceId> trace{};
  std::array<char, protocol::max_request_id_octets> id_text{};
  std::uint8_t id_octets = 0;
  std::uint16_t status = 0;
  protocol::Method method = protocol::Method::unknown;
  protocol::Resource resource = protocol::Resource::unknown;
  bool whole = true;

  std::string_view id() const noexcept { return {id_text.data(), id_octets}; }
};

/// Records on their way from one thread to another: max_access_records at most. No lock, and
/// neither waits for the other.
class AccessRing {
 public:
  /// Whether add() finds room. The writer's.
  bool has_room() noexcept {
    if (filled_ - seen_read_ < max_access_records) return true;
    seen_read_ = read_.load(std::memory_order_acquire);
    return filled_ - seen_read_ < max_access_records;
  }
  /// Where the next record goes, which the reader sees once it is published; null if the ring is
  /// full. The writer's.
  AccessRecord* add() noexcept {
    return has_room() ? &records_[filled_++ % max_access_records] : nullptr;
  }
  /// Those added since the last time ended at `now`.
  void publish(Clock::time_point now) noexcept {
    for (std::size_t i = published_.load(std::memory_order_relaxed); i != filled_; ++i) {
      records_[i % max_access_records].ended = now;
    }
    published_.store(filled_, std::memory_order_release);
  }

  /// The record that came first of those there are; null if there is none. The reader's.
  const AccessRecord* front() const noexcept {
    const std::size_t read = read_.load(std::memory_order_relaxed);
    if (read == published_.load(std::memory_order_acquire)) return nullptr;
    return &records_[read % max_access_records];
  }
  void pop() noexcept {
    read_.store(read_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  static constexpr std::size_t cache_line = 64;
  static_assert((max_access_records & (max_access_records - 1)) == 0, "the places wrap around");

  const std::unique_ptr<AccessRecord[]> records_ =
      std::make_unique<AccessRecord[]>(max_access_records);
  alignas(cache_line) std::atomic<std::size_t> published_{0};
  std::size_t filled_ = 0;     ///< The writer's: with those that are not published yet.
  std::size_t seen_read_ = 0;  ///< The writer's, of read_.
  alignas(cache_line) std::atomic<std::size_t> read_{0};
};

}  // namespace rollcall::server
