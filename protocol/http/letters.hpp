#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Comparing with a name of the protocol's, as nearly every octet of a head is.
namespace rollcall::protocol {

/// The bits in which `Word`s at `text` and at `lower` differ, but for the case of letters in
/// `lower`, which has none in upper case and no octet beyond z. Both have a Word to read.
template <class Word>
std::uint64_t differ(const char* text, const char* lower) noexcept {
  constexpr auto ones = static_cast<Word>(0x0101'0101'0101'0101);
  Word a = 0;
  Word b = 0;
  std::memcpy(&a, text, sizeof a);
  std::memcpy(&b, lower, sizeof b);
  // A letter has 0x60 set, of which 0x20 is its case; digits and hyphens lack the 0x40.
  const auto letters = static_cast<Word>((b & (0x40 * ones)) >> 1U & b);
  return static_cast<Word>((a ^ b) & ~letters);
}

/// Without regard to the case of ASCII letters; `lower` has none in upper case. Eight octets at a
/// time, the last ones overlapping those before.
template <std::size_t Size>
bool equals(std::string_view text, const char (&lower)[Size]) noexcept {
  constexpr std::size_t size = Size - 1;
  if (text.size() != size) return false;
  const char* const at = text.data();
  std::uint64_t different = 0;
  if constexpr (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      different |= differ<std::uint64_t>(at + i, lower + i);
    }
    different |= differ<std::uint64_t>(at + size - 8, lower + size - 8);
  } else if constexpr (size >= 4) {
    different =
        differ<std::uint32_t>(at, lower) | differ<std::uint32_t>(at + size - 4, lower + size - 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) different |= differ<std::uint8_t>(at + i, lower + i);
  }
  return different == 0;
}

}  // namespace rollcall::protocol
