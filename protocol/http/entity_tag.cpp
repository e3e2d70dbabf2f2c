#include "protocol/http/entity_tag.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace rollcall::protocol {
namespace {

constexpr std::size_t digits = entity_tag_octets - 2;

/// "00", "01" and so on to "ff": an octet a step.
constexpr auto octets_in_hex = [] {
  constexpr std::string_view hex = "0123456789abcdef";
  std::array<char, 512> table{};
  for (std::size_t i = 0; i < 256; ++i) {
    table[2 * i] = hex[i / 16];
    table[2 * i + 1] = hex[i % 16];
  }
  return table;
}();

/// What is between the quotation marks as a version, if it is of our form.
std::optional<storage::Version> to_version(std::string_view text) noexcept {
  if (text.size() != digits) return std::nullopt;
  storage::Version version = 0;
  for (const char c : text) {
    const bool decimal = c >= '0' && c <= '9';
    if (!decimal && (c < 'a' || c > 'f')) return std::nullopt;
    version = version << 4 | static_cast<unsigned>(decimal ? c - '0' : c - 'a' + 10);
  }
  return version;
}

/// etagc (RFC 9110, section 8.8.3).
bool is_tag_character(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return octet == 0x21 || (octet >= 0x23 && octet != 0x7f);
}

void skip(std::string_view& text, std::string_view characters) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

}  // namespace

char* write_entity_tag(char* at, storage::Version version) noexcept {
  *at++ = '"';
  for (int shift = 56; shift >= 0; shift -= 8, at += 2) {
    std::memcpy(at, octets_in_hex.data() + 2 * (version >> shift & 0xff), 2);
  }
  *at++ = '"';
  return at;
}

bool names_altered_tag(std::string_view value) noexcept {
  // Inside its quotation marks a tag has no other.
  for (std::size_t begin = value.find('"'); begin != value.npos;) {
    const std::size_t end = value.find('"', begin + 1);
    if (end == value.npos) return false;
    const std::string_view tag = value.substr(begin + 1, end - begin - 1);
    const bool ours = to_version(tag.substr(0, digits)).has_value();
    const bool weak = begin >= 2 && value.substr(begin - 2, 2) == "W/";
    if (ours && (tag.size() == digits ? weak : tag[digits] == '-')) return true;
    begin = value.find('"', end + 1);
  }
  return false;
}

bool add_entity_tags(std::string_view value, Comparison comparison,
                     storage::Versions& versions) noexcept {
  if (value == "*") {
    const bool alone = versions.absent();
    versions.set_any();
    return alone;
  }
  if (versions.any()) return false;
  versions.set_listed();
  // A list may hold empty elements (RFC 9110, section 5.6.1.2).
  skip(value, " \t,");
  while (!value.empty()) {
    const bool weak = value.starts_with("W/");
    if (weak) value.remove_prefix(2);
    if (!value.starts_with('"')) return false;
    const std::size_t end = value.find('"', 1);
    if (end == value.npos) return false;
    const std::string_view tag = value.substr(1, end - 1);
    if (!std::all_of(tag.begin(), tag.end(), is_tag_character)) return false;
    const auto version = to_version(tag);
    const bool comparable = !weak || comparison == Comparison::weak;
    if (version && comparable && !versions.add(*version)) return false;
    value.remove_prefix(end + 1);
    skip(value, " \t");
    if (!value.empty() && value.front() != ',') return false;
    skip(value, " \t,");
  }
  return true;
}

}  // namespace rollcall::protocol
