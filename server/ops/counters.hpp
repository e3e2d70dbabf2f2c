#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

/// What a thread counts and another reads. One thread writes each of them, so that nothing waits
/// for anything and a write costs what it costs in a plain variable; any thread reads, and may see
/// parts of one event.
namespace rollcall::server {

/// Only rises.
class Counter {
 public:
  void add(std::uint64_t count) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// As it is now.
class Gauge {
 public:
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// The upper bounds of a histogram's buckets, inclusive. Behind the last one is a bucket for all
/// that is larger.
inline constexpr std::array<std::chrono::nanoseconds, 17> duration_bounds{
    std::chrono::microseconds(50),    std::chrono::microseconds(100),
    std::chrono::microseconds(250),   std::chrono::microseconds(500),
    std::chrono::milliseconds(1),     std::chrono::microseconds(2'500),
    std::chrono::milliseconds(5),     std::chrono::milliseconds(10),
    std::chrono::milliseconds(25),    std::chrono::milliseconds(50),
    std::chrono::milliseconds(100),   std::chrono::milliseconds(250),
    std::chrono::milliseconds(500),   std::chrono::seconds(1),
    std::chrono::milliseconds(2'500), std::chrono::seconds(5),
    std::chrono::seconds(10)};
/// The same for numbers of things.
inline constexpr std::array<std::uint64_t, 12> count_bounds{1,   2,   5,   10,    20,    50,
                                                            100, 200, 500, 1'000, 2'000, 5'000};

/// A histogram as it was read: plain, to be added up.
template <std::size_t bounds>
struct HistogramTotals {
  std::array<std::uint64_t, bounds + 1> counts{};  ///< Of each bucket alone.
  std::uint64_t sum = 0;                           ///< Of all values; of durations nanoseconds.
};

/// How values are distributed over the buckets that `bounds` part.
template <const auto& bounds>
class Histogram {
 public:
  using Value = typename std::remove_cvref_t<decltype(bounds)>::value_type;
  using Totals = HistogramTotals<bounds.size()>;

  /// `count` times `value`; one below 0 counts as 0.
  void add(Value value, std::uint64_t count) noexcept {
    std::size_t bucket = 0;
    while (bucket < bounds.size() && value > bounds[bucket]) ++bucket;
    counts_[bucket].add(count);
    sum_.add(plain(value) * count);
  }
  void add_to(Totals& totals) const noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) totals.counts[i] += counts_[i].value();
    totals.sum += sum_.value();
  }

 private:
  static std::uint64_t plain(std::uint64_t value) noexcept { return value; }
  static std::uint64_t plain(std::chrono::nanoseconds value) noexcept {
    return value.count() > 0 ? static_cast<std::uint64_t>(value.count()) : 0;
  }

  std::array<Counter, bounds.size() + 1> counts_;
  Counter sum_;
};

using DurationHistogram = Histogram<duration_bounds>;
using CountHistogram = Histogram<count_bounds>;

}  // namespace rollcall::server
