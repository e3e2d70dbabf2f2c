#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "server/connection/answer_observer.hpp"
#include "server/ops/access_record.hpp"
#include "server/ops/counters.hpp"
#include "server/ops/log_settings.hpp"

namespace rollcall::server {

/// Makes ids of requests that have none: 128 random bits as 32 digits. One thread.
class IdMint {
 public:
  static constexpr std::size_t id_octets = 32;
  using Id = std::array<char, id_octets>;

  /// From the kernel's random numbers, some hundred ids at a time.
  Id mint() noexcept;

 private:
  static constexpr std::size_t random_octets = id_octets / 2;

  std::array<unsigned char, 256 * random_octets> random_;
  std::size_t used_ = sizeof random_;
};

/// Decides which answers of one I/O thread the access log has, and notes them. Formats nothing and
/// waits for nobody: what the ring has no room for is dropped and counted.
class AccessRecorder final : public AnswerObserver {
 public:
  explicit AccessRecorder(const LogSettings& settings) noexcept
      : which_(settings.access), sample_(settings.sample) {}

  // AnswerObserver, on the I/O thread.
  /// An answer that will be noted gets an id if its request had none. There is room for it now, or
  /// it is dropped.
  void begins(unsigned status, protocol::Caller& caller) noexcept override;
  void answered(const AnswerRecord& record) noexcept override;
  void turn_ends(Clock::time_point now) noexcept override { ring_.publish(now); }

  /// To be read by one other thread.
  AccessRing& ring() noexcept { return ring_; }
  /// Any thread.
  std::uint64_t dropped() const noexcept { return dropped_.value(); }

 private:
  bool wants(unsigned status) noexcept;

  const AccessLogging which_;
  const std::size_t sample_;
  std::size_t seen_ = 0;
  AccessRing ring_;
  Counter dropped_;
  IdMint ids_;
};

}  // namespace rollcall::server
