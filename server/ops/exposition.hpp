#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "server/ops/counters.hpp"

namespace rollcall::server {

/// Writes a page of metrics in Prometheus' text format, version 0.0.4. A family is begun, and then
/// its samples are written. Every duration is in seconds.
class Exposition {
 public:
  enum class Type : std::uint8_t { counter, gauge, histogram };
  using Label = std::pair<std::string_view, std::string_view>;
  using Labels = std::initializer_list<Label>;

  static constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

  /// `help` is one line without a backslash. What `name` ends in is for the type to say.
  void family(std::string_view name, Type type, std::string_view help);
  /// A sample of the family begun last. A label with an empty value is left out: to Prometheus that
  /// is the same.
  void sample(Labels labels, std::uint64_t value);
  void sample(Labels labels, double value);
  void sample(Labels labels, const HistogramTotals<duration_bounds.size()>& totals);
  void sample(Labels labels, const HistogramTotals<count_bounds.size()>& totals);

  /// A family with one sample, which has no label.
  template <class Value>
  void single(std::string_view name, Type type, std::string_view help, const Value& value) {
    family(name, type, help);
    sample({}, value);
  }

  std::string take() noexcept { return std::move(text_); }

 private:
  void begin(std::string_view suffix, Labels labels, std::string_view bound = {});
  void end(double value);
  void end(std::uint64_t value);
  void label(std::string_view name, std::string_view value, bool& any);
  void buckets(Labels labels, std::span<const std::uint64_t> counts, std::span<const double> bounds,
               double sum);

  std::string text_;
  std::string name_;
};

}  // namespace rollcall::server
