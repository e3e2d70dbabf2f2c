#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::protocol {

/// Calls `take(name, value, piece)` for each parameter of a query, none of them decoded.
template <class Take>
void for_each_parameter(std::string_view query, const Take& take) {
  for (std::size_t begin = 0; begin < query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::string_view piece = query.substr(begin, end - begin);
    begin = end + 1;
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    take(piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size())), piece);
  }
}

/// Decodes application/x-www-form-urlencoded. Every `%` in `text` starts a complete escape.
std::string decode_parameter(std::string_view text);

/// The whole of `text` as a decimal number, if it is one from `least` to `most`.
inline std::optional<std::uint64_t> to_integer(std::string_view text, std::uint64_t least,
                                               std::uint64_t most) noexcept {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < least || value > most) return std::nullopt;
  return value;
}

/// `query` with name=value in place of every parameter `name`, for a link to another page (RFC
/// 8288). Keeps everything else as sent, but for octets that no URI may have: they become escapes.
std::string with_parameter(std::string_view query, std::string_view name, std::uint64_t value);
/// `query` without every parameter `name`.
std::string without_parameter(std::string_view query, std::string_view name);

}  // namespace rollcall::protocol
