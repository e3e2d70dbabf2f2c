#include "server/ops/exposition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace rollcall::server {
namespace {

/// The shortest text that reads back as `value`; an exponent only where it is large.
std::string_view text_of(double value, std::array<char, 32>& into) noexcept {
  const bool fixed = value < 1e15;
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::general;
  const auto end = std::to_chars(into.data(), into.data() + into.size(), value, format).ptr;
  return {into.data(), static_cast<std::size_t>(end - into.data())};
}

double seconds(std::chrono::nanoseconds time) noexcept {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void Exposition::family(std::string_view name, Type type, std::string_view help) {
  constexpr std::array types{"counter", "gauge", "histogram"};
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name);
  text_.append(" ").append(types[static_cast<std::size_t>(type)]).append("\n");
}

void Exposition::label(std::string_view name, std::string_view value, bool& any) {
  if (value.empty()) return;
  text_.append(any ? "," : "{").append(name).append("=\"");
  for (const char each : value) {
    if (each == '\n') {
      text_ += "\\n";
      continue;
    }
    if (each == '\\' || each == '"') text_ += '\\';
    text_ += each;
  }
  text_ += '"';
  any = true;
}

void Exposition::begin(std::string_view suffix, Labels labels, std::string_view bound) {
  text_.append(name_).append(suffix);
  bool any = false;
  for (const Label& each : labels) label(each.first, each.second, any);
  label("le", bound, any);
  text_ += any ? "} " : " ";
}

void Exposition::end(double value) {
  std::array<char, 32> digits;
  text_.append(text_of(value, digits)).append("\n");
}

void Exposition::end(std::uint64_t value) { text_.append(std::to_string(value)).append("\n"); }

void Exposition::sample(Labels labels, std::uint64_t value) {
  begin("", labels);
  end(value);
}

void Exposition::sample(Labels labels, double value) {
  begin("", labels);
  end(value);
}

/// Each bucket holds all that is not larger than its bound, and so those before it too.
void Exposition::buckets(Labels labels, std::span<const std::uint64_t> counts,
                         std::span<const double> bounds, double sum) {
  std::uint64_t all = 0;
  std::array<char, 32> digits;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    all += counts[i];
    begin("_bucket", labels, i < bounds.size() ? text_of(bounds[i], digits) : "+Inf");
    end(all);
  }
  begin("_sum", labels);
  end(sum);
  begin("_count", labels);
  end(all);
}

void Exposition::sample(Labels labels, const HistogramTotals<duration_bounds.size()>& totals) {
  std::array<double, duration_bounds.size()> bounds{};
  std::transform(duration_bounds.begin(), duration_bounds.end(), bounds.begin(), seconds);
  buckets(labels, totals.counts, bounds, static_cast<double>(totals.sum) / 1e9);
}

void Exposition::sample(Labels labels, const HistogramTotals<count_bounds.size()>& totals) {
  std::array<double, count_bounds.size()> bounds{};
  std::transform(count_bounds.begin(), count_bounds.end(), bounds.begin(),
                 [](std::uint64_t bound) { return static_cast<double>(bound); });
  buckets(labels, totals.counts, bounds, static_cast<double>(totals.sum));
}

}  // namespace rollcall::server
