#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "protocol/problem.hpp"
#include "server/connection/answer_hooks.hpp"
#include "server/ops/answer_labels.hpp"
#include "server/ops/counters.hpp"

namespace rollcall::server {

/// What one I/O thread counts. It alone writes; any thread reads. No two of them share a line of
/// a processor's cache.
class alignas(64) ThreadMetrics final : public AnswerTally {
 public:
  ThreadMetrics() = default;
  ~ThreadMetrics();
  ThreadMetrics(const ThreadMetrics&) = delete;
  ThreadMetrics& operator=(const ThreadMetrics&) = delete;

  // AnswerTally
  /// The first answer of a series needs memory for it; without memory the series is not counted.
  void answered(const AnswerKind& kind, Clock::time_point::duration time,
                std::uint64_t count) noexcept override;
  void refused(protocol::Problem problem) noexcept override {
    problems_[static_cast<std::size_t>(problem)].add(1);
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
  const DurationHistogram& turns() const noexcept { return turns_; }

 private:
  std::array<std::atomic<DurationHistogram*>, answer_series> answers_{};
  std::array<Counter, protocol::problem_count> problems_;
  DurationHistogram turns_;
};

}  // namespace rollcall::server
