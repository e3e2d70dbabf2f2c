#include "storage/postgres/parameters.hpp"

namespace rollcall::storage::postgres {
namespace {

constexpr std::size_t header_octets = 20;
/// Of an integer in an array: how many octets follow, and they.
constexpr std::size_t element_octets = 12;
constexpr std::uint32_t int8_type = 20;
constexpr std::uint32_t text_type = 25;

template <class Unsigned>
void put(char* at, Unsigned value) noexcept {
  for (int shift = static_cast<int>(8 * sizeof value) - 8; shift >= 0; shift -= 8) {
    *at++ = static_cast<char>(value >> shift & 0xff);
  }
}

/// In one piece: it looks for room once.
template <class Unsigned>
void append(std::string& octets, Unsigned value) {
  char some[sizeof value];
  put(some, value);
  octets.append(some, sizeof some);
}

std::uint32_t word_at(std::string_view octets, std::size_t at) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(octets[i]);
  }
  return value;
}

/// The array type of each type that is here.
std::uint32_t array_of(Array::Of of) noexcept {
  switch (of) {
    case Array::Of::integers:
      return 1016;
    case Array::Of::texts:
      return 1009;
    case Array::Of::octets:
      break;
  }
  return 1001;
}

}  // namespace

void Array::clear(Of of) {
  count_ = 0;
  octets_.clear();
  // Dimensions, whether there are nulls (nobody reads it), the type; then how many, from number 1.
  append(octets_, std::uint32_t{1});
  append(octets_, std::uint32_t{1});
  append(octets_, static_cast<std::uint32_t>(of));
  append(octets_, std::uint32_t{0});
  append(octets_, std::uint32_t{1});
}

void Array::add(std::int64_t value) {
  ++count_;
  char some[element_octets];
  put(some, std::uint32_t{8});
  put(some + 4, static_cast<std::uint64_t>(value));
  octets_.append(some, sizeof some);
}

void Array::add(std::string_view text) {
  ++count_;
  append(octets_, static_cast<std::uint32_t>(text.size()));
  octets_ += text;
}

void Array::add_null() {
  ++count_;
  append(octets_, std::uint32_t{0xffffffffU});
}

std::string_view Array::octets() noexcept {
  put(octets_.data() + 12, count_);
  return octets_;
}

Parameters& Parameters::add(std::int64_t value) {
  all_.push_back({.type = int8_type, .octets = integer_octets(value)});
  return *this;
}

Parameters& Parameters::add(std::string_view text) {
  all_.push_back({.type = text_type, .octets = std::string(text)});
  return *this;
}

Parameters& Parameters::add(Array& array) {
  const std::string_view octets = array.octets();
  const auto of = static_cast<Array::Of>(word_at(octets, 8));
  all_.push_back({.type = array_of(of), .elsewhere = octets, .here = false});
  return *this;
}

Parameters& Parameters::add_null() {
  all_.push_back({.null = true});
  return *this;
}

std::string integer_octets(std::int64_t value) {
  std::string octets;
  append(octets, static_cast<std::uint64_t>(value));
  return octets;
}

std::int64_t integer_of(std::string_view octets) noexcept {
  std::uint64_t value = 0;
  for (const char each : octets) value = value << 8 | static_cast<unsigned char>(each);
  return static_cast<std::int64_t>(value);
}

std::vector<std::int64_t> integers_of(std::string_view octets) {
  std::vector<std::int64_t> values;
  if (octets.size() < header_octets || word_at(octets, 0) != 1) return values;
  const std::uint32_t count = word_at(octets, 12);
  std::size_t at = header_octets;
  for (std::uint32_t i = 0; i < count && at + 4 <= octets.size(); ++i) {
    const std::uint32_t size = word_at(octets, at);
    at += 4;
    if (size != 8 || at + size > octets.size()) continue;
    values.push_back(integer_of(octets.substr(at, size)));
    at += size;
  }
  return values;
}

}  // namespace rollcall::storage::postgres
