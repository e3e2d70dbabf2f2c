#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rollcall::loadtest {

/// Times in nanoseconds. It keeps every one, so no bucket rounds a percentile: at 100,000 per
/// second that is less than a megabyte per second.
class Samples {
 public:
  void reserve(std::size_t count) { values_.reserve(count); }
  void add(std::int64_t nanoseconds) { values_.push_back(nanoseconds); }
  std::size_t size() const { return values_.size(); }
  void sort() { std::sort(values_.begin(), values_.end()); }

  /// In microseconds; 0 without samples. The samples must be sorted.
  double percentile(double percent) const {
    if (values_.empty()) return 0;
    const double rank = percent / 100 * static_cast<double>(values_.size());
    const auto index = std::min(static_cast<std::size_t>(rank), values_.size() - 1);
    return static_cast<double>(values_[index]) / 1'000;
  }

 private:
  std::vector<std::int64_t> values_;
};

}  // namespace rollcall::loadtest
