#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// A fuzzing input: two octets that say where to cut, then the bytes themselves.
namespace rollcall::fuzz {

inline constexpr std::size_t seed_octets = 2;

inline std::string_view bytes_of(std::string_view input) {
  return input.substr(std::min(seed_octets, input.size()));
}

/// The bytes in pieces of at least one octet; the seed decides their sizes.
inline std::vector<std::string_view> cut(std::string_view input) {
  std::uint32_t state = 1;
  for (const char octet : input.substr(0, seed_octets)) {
    state = state * 257 + static_cast<unsigned char>(octet);
  }
  std::string_view bytes = bytes_of(input);
  std::vector<std::string_view> pieces;
  while (!bytes.empty()) {
    // The generator from Numerical Recipes; its high bits are the random ones.
    state = state * 1'664'525 + 1'013'904'223;
    const std::size_t size = 1 + (state >> 24) % 64;
    pieces.push_back(bytes.substr(0, size));
    bytes.remove_prefix(pieces.back().size());
  }
  return pieces;
}

inline std::vector<std::string_view> octets(std::string_view input) {
  const std::string_view bytes = bytes_of(input);
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i) pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

}  // namespace rollcall::fuzz
