#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "protocol/problem.hpp"
#include "server/connection/tally.hpp"
#include "server/ops/answer_labels.hpp"
#include "server/ops/counters.hpp"

namespace rollcall::server {

/// What one I/O thread counts. It alone writes; any thread reads. No two of them share a line of
/// a processor's cache.
class alignas(64) ThreadMetrics final : public Tally {
 public:
  ThreadMetrics() = default;
  ~ThreadMetrics();
  ThreadMetrics(const ThreadMetrics&) = delete;
  ThreadMetrics& operator=(const ThreadMetrics&) = delete;

  // Tally
  /// The first answer of a series needs memory for it; without memory the series is not counted.
  void answered(const AnswerKind& kind, Clock::time_point::duration time,
                std::uint64_t count) noexcept override;
  void refused(protocol::Problem problem) noexcept override {
    problems_[static_cast<std::size_t>(problem)].add(1);
  }
  void closed(CloseReason reason) noexcept override {
    closed_[static_cast<std::size_t>(reason)].add(1);
  }

  /// So many connections do `activity` just now.
  void set_connections(Activity activity, std::uint64_t count) noexcept {
    connections_[static_cast<std::size_t>(activity)].set(count);
  }
  /// So many writes may wait for the store just now, and `limiting`: as it is overloaded.
  void set_admitted_writes(std::uint64_t most, bool limiting) noexcept {
    admitted_writes_.set(most);
    limiting_.set(limiting ? 1 : 0);
  }
  /// A turn took `time`, from the look for what is ready to when its answers are sent.
  void turned(Clock::time_point::duration time) noexcept { turns_.add(time, 1); }

  /// Null if no answer of the series was counted.
  const DurationHistogram* answers(std::size_t series) const noexcept {
    return answers_[series].load(std::memory_order_acquire);
  }
  std::uint64_t problems(protocol::Problem problem) const noexcept {
    return problems_[static_cast<std::size_t>(problem)].value();
  }
  std::uint64_t closed(CloseReason reason) const noexcept {
    return closed_[static_cast<std::size_t>(reason)].value();
  }
  std::uint64_t connections(Activity activity) const noexcept {
    return connections_[static_cast<std::size_t>(activity)].value();
  }
  std::uint64_t admitted_writes() const noexcept { return admitted_writes_.value(); }
  bool is_limiting() const noexcept { return limiting_.value() != 0; }
  const DurationHistogram& turns() const noexcept { return turns_; }

 private:
  std::array<std::atomic<DurationHistogram*>, answer_series> answers_{};
  std::array<Counter, protocol::problem_count> problems_;
  /// CloseReason::moved has a place, but no sample.
  std::array<Counter, close_reason_count + 1> closed_;
  std::array<Gauge, activity_count> connections_;
  Gauge admitted_writes_;
  Gauge limiting_;
  DurationHistogram turns_;
};

}  // namespace rollcall::server
