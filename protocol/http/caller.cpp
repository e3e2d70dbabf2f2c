#include "protocol/http/caller.hpp"

#include <cstring>

namespace rollcall::protocol {
namespace {

/// Sixteen octets, which one instruction compares.
using Octets [[gnu::vector_size(16)]] = std::uint8_t;

/// Those from `first` to `last`, as octets that are not 0.
auto between(Octets octets, std::uint8_t first, std::uint8_t last) noexcept {
  return octets - first <= static_cast<std::uint8_t>(last - first);
}

/// Whether no octet of what comparing octets gives is 0.
template <class Mask>
bool is_whole(Mask mask) noexcept {
  std::uint64_t halves[2];
  static_assert(sizeof halves == sizeof mask);
  std::memcpy(halves, &mask, sizeof halves);
  return (halves[0] & halves[1]) == ~std::uint64_t{0};
}

/// Whether `are_good` holds for each octet of `text`. The last ones are looked at together with
/// some before them.
template <class AreGood>
bool are_all(std::string_view text, AreGood are_good) noexcept {
  Octets some = Octets{} + std::uint8_t{'a'};  // In the place of what is missing, and always good.
  if (text.size() < sizeof some) {
    std::memcpy(&some, text.data(), text.size());
    return is_whole(are_good(some));
  }
  std::memcpy(&some, text.data() + text.size() - sizeof some, sizeof some);
  auto good = are_good(some);
  for (std::size_t i = 0; i + sizeof some < text.size(); i += sizeof some) {
    std::memcpy(&some, text.data() + i, sizeof some);
    good &= are_good(some);
  }
  return is_whole(good);
}

bool is_hex(std::string_view text) noexcept {
  return are_all(
      text, [](Octets octets) { return between(octets, '0', '9') | between(octets, 'a', 'f'); });
}

bool is_id(std::string_view text) noexcept {
  return is_hex(text) && text.find_first_not_of('0') != text.npos;
}

}  // namespace

bool is_request_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > max_request_id_octets) return false;
  return are_all(text, [](Octets octets) {
    return between(octets, '!', '~') & (octets != '"') & (octets != ',') & (octets != ';') &
           (octets != '\\');
  });
}

std::optional<TraceId> read_trace_parent(std::string_view value) noexcept {
  // version "-" trace-id "-" parent-id "-" flags
  constexpr std::size_t trace = 3, parent = 36, flags = 53, end = 55;
  if (value.size() < end) return std::nullopt;
  if (value[trace - 1] != '-' || value[parent - 1] != '-' || value[flags - 1] != '-') {
    return std::nullopt;
  }
  const std::string_view version = value.substr(0, trace - 1);
  if (!is_hex(version) || version == "ff") return std::nullopt;
  if (value.size() > end && (version == "00" || value[end] != '-')) return std::nullopt;
  const std::string_view id = value.substr(trace, TraceId{}.size());
  constexpr std::size_t parent_octets = flags - 1 - parent;
  if (!is_id(id) || !is_id(value.substr(parent, parent_octets)) ||
      !is_hex(value.substr(flags, end - flags))) {
    return std::nullopt;
  }
  TraceId result;
  std::copy(id.begin(), id.end(), result.begin());
  return result;
}

}  // namespace rollcall::protocol
