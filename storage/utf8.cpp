#include "storage/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rollcall::storage {
namespace {

struct Sequence {
  unsigned char lead_first, lead_last;
  std::size_t size;
  unsigned char second_first, second_last;
};

// RFC 3629, section 4, row by row.
constexpr Sequence sequences[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

/// The size of the sequence of two octets or more that `text` begins with, or 0 if it is none.
std::size_t sequence_size(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (const Sequence& each : sequences) {
    if (octet(0) < each.lead_first || octet(0) > each.lead_last) continue;
    if (text.size() < each.size || octet(1) < each.second_first || octet(1) > each.second_last) {
      return 0;
    }
    for (std::size_t i = 2; i < each.size; ++i) {
      if ((octet(i) & 0xc0) != 0x80) return 0;
    }
    return each.size;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    std::uint64_t eight;
    if (text.size() >= sizeof eight) {
      std::memcpy(&eight, text.data(), sizeof eight);
      if ((eight & 0x8080808080808080ULL) == 0) {
        text.remove_prefix(sizeof eight);
        continue;
      }
    }
    std::size_t size = 1;
    if (static_cast<unsigned char>(text.front()) >= 0x80) size = sequence_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace rollcall::storage
