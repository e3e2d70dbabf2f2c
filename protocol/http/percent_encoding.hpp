#pragma once

#include <optional>
#include <string_view>

/// Percent-encoding (RFC 3986, section 2.1), for paths and for queries.
namespace rollcall::protocol {

/// What an escape is long: a percent sign and two hexadecimal digits.
inline constexpr std::size_t escape_octets = 3;

/// The value of a hexadecimal digit in either case, or -1.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The octet of the escape that `text` begins with, its first octet being a percent sign. Nothing
/// if the escape is malformed, cut short or NUL.
constexpr std::optional<char> decode_escape(std::string_view text) noexcept {
  if (text.size() < escape_octets) return std::nullopt;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

}  // namespace rollcall::protocol
