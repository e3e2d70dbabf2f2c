#include "server/ops/thread_metrics.hpp"

#include <new>

namespace rollcall::server {

ThreadMetrics::~ThreadMetrics() {
  for (const auto& each : answers_) delete each.load(std::memory_order_relaxed);
}

void ThreadMetrics::answered(const AnswerKind& kind, Clock::time_point::duration time,
                             std::uint64_t count) noexcept {
  std::atomic<DurationHistogram*>& place = answers_[answer_series_of(kind)];
  DurationHistogram* histogram = place.load(std::memory_order_relaxed);
  if (histogram == nullptr) {
    histogram = new (std::nothrow) DurationHistogram;
    if (histogram == nullptr) return;
    place.store(histogram, std::memory_order_release);
  }
  histogram->add(time, count);
}

}  // namespace rollcall::server
