#include "server/thread_balance.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>

namespace rollcall::server {

void ThreadBalance::look(std::span<const double> busy, std::optional<double> idle) noexcept {
  const double sum = std::accumulate(busy.begin(), busy.end(), 0.0);
  const bool full =
      working_ < most_ && sum > full_share * working_ && idle.value_or(0) > least_idle_processors;
  const bool empty = working_ > least_ && sum < empty_share * (working_ - 1);
  full_looks_ = full ? full_looks_ + 1 : 0;
  empty_looks_ = empty ? empty_looks_ + 1 : 0;
  if (full_looks_ == looks_to_grow) {
    ++working_;
    full_looks_ = 0;
  } else if (empty_looks_ == looks_to_shrink) {
    --working_;
    empty_looks_ = 0;
  }
}

std::size_t connections_to_move(std::size_t most, std::size_t least) noexcept {
  if (most <= least) return 0;
  const std::size_t difference = most - least;
  return difference > std::max(most / 4, min_moved_connections) ? difference / 2 : 0;
}

std::optional<IdleProcessors::Times> IdleProcessors::read() noexcept {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen("/proc/stat", "re"), close);
  if (!file) return std::nullopt;
  // proc(5): user, nice, system, idle, iowait, irq, softirq, steal, of all processors together.
  double times[8];
  const int read =
      std::fscanf(file.get(), "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &times[0], &times[1],
                  &times[2], &times[3], &times[4], &times[5], &times[6], &times[7]);
  if (read != 8) return std::nullopt;
  return Times{times[3] + times[4], std::accumulate(std::begin(times), std::end(times), 0.0)};
}

std::optional<double> IdleProcessors::since_last() noexcept {
  const std::optional<Times> now = read();
  const std::optional<Times> before = std::exchange(last_, now);
  if (!now || !before || now->all <= before->all) return std::nullopt;
  return (now->idle - before->idle) / (now->all - before->all) *
         std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace rollcall::server
