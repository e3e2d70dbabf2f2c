#include "protocol/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <boost/config.hpp>
#include <cstdint>
#include <cstring>

namespace rollcall::protocol {
namespace {

// Eight octets at a time; what is said of a word holds if and only if it holds for none of its
// octets, though a carry may mark others behind the first (Bit Twiddling Hacks, Anderson).
constexpr std::uint64_t each(unsigned char octet) { return 0x0101010101010101U * octet; }
constexpr std::uint64_t high_bits = each(0x80);

// A word has no octet beyond ASCII, and none below `least`, if and only if this has no high bit.
constexpr std::uint64_t not_ascii_from(unsigned char least, std::uint64_t word) {
  return word | (word - each(least));
}
constexpr std::uint64_t has_zero(std::uint64_t word) { return (word - each(1)) & ~word; }
constexpr std::uint64_t has_below_space(std::uint64_t word) { return (word - each(0x20)) & ~word; }

template <class Word>
std::uint64_t load(const char* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Whether `bad` gives no high bit for any word of the text. The last word may overlap the one
/// before it; a short text is filled with its own octets.
template <class Bad>
bool no_word(std::string_view text, const Bad& bad) noexcept {
  const char* const begin = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    std::uint64_t found = bad(load<std::uint64_t>(begin + size - 8));
    for (std::size_t at = 0; at + 8 < size; at += 8) found |= bad(load<std::uint64_t>(begin + at));
    return (found & high_bits) == 0;
  }
  if (size == 0) return true;
  std::uint64_t word;
  if (size >= 4) {
    word = load<std::uint32_t>(begin) | load<std::uint32_t>(begin + size - 4) << 32;
  } else {
    word = load<std::uint8_t>(begin) | load<std::uint8_t>(begin + size / 2) << 8 |
           load<std::uint8_t>(begin + size - 1) << 16 | each('x') << 24;
  }
  return (bad(word) & high_bits) == 0;
}

constexpr std::uint64_t has_escaped(std::uint64_t word) {
  return has_zero(word ^ each('"')) | has_zero(word ^ each('\\')) | has_below_space(word);
}

/// Of a text that is not all ASCII, or has something to escape.
BOOST_NOINLINE bool wide_needs_no_escape(std::string_view text) noexcept {
  // The first octets of the line breaks. Names have others in nearly all scripts.
  const auto suspicious = [](std::uint64_t word) {
    return has_escaped(word) | has_zero(word ^ each(0xc2)) | has_zero(word ^ each(0xe2));
  };
  return no_word(text, suspicious) ||
         (no_word(text, has_escaped) && find_line_break(text) == text.npos);
}

}  // namespace

bool is_printable_ascii(std::string_view text) noexcept {
  return no_word(
      text, [](std::uint64_t word) { return word | (word + each(1)) | has_below_space(word); });
}

bool needs_no_escape(std::string_view text) noexcept {
  // An octet of ASCII that is neither of the two differs from each in ASCII only.
  const bool plain_ascii = no_word(text, [](std::uint64_t word) {
    return not_ascii_from(0x20, word) | not_ascii_from(1, word ^ each('"')) |
           not_ascii_from(1, word ^ each('\\'));
  });
  return plain_ascii || wide_needs_no_escape(text);
}

std::size_t find_line_break(std::string_view text) noexcept {
  constexpr std::string_view next_line = "\xc2\x85";
  constexpr std::string_view separators = "\xe2\x80";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(next_line)) return at;
    if (rest.starts_with(separators) && (rest[2] == '\xa8' || rest[2] == '\xa9')) return at;
  }
  return text.npos;
}

char32_t take_code_point(std::string_view& text) noexcept {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const char32_t lead = octet(0);
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  char32_t code_point = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) code_point = code_point << 6 | (octet(i) & 0x3fU);
  text.remove_prefix(size);
  return code_point;
}

std::size_t count_code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool is_white_space(char32_t c) noexcept {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

bool is_ignorable(char32_t c) noexcept {
  // The library's table has none of those that are not assigned.
  const bool unassigned =
      c == 0x2065 || (c >= 0xfff0 && c <= 0xfff8) || (c >= 0xe0000 && c <= 0xe0fff);
  return unassigned || utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->ignorable;
}

bool is_invisible(char32_t c) noexcept {
  switch (c) {
    case 0x2800:   // BRAILLE PATTERN BLANK
    case 0x13441:  // EGYPTIAN HIEROGLYPH FULL BLANK
    case 0x13442:  // EGYPTIAN HIEROGLYPH HALF BLANK
    case 0x16fe4:  // KHITAN SMALL SCRIPT FILLER
    case 0x1d159:  // MUSICAL SYMBOL NULL NOTEHEAD
      return true;
    default:
      break;
  }
  const bool annotation = c >= 0xfff9 && c <= 0xfffb;
  const bool not_a_character = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
  return is_white_space(c) || is_ignorable(c) || annotation || not_a_character || c < 0x20 ||
         (c >= 0x7f && c <= 0x9f);
}

bool is_blank(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!is_invisible(take_code_point(text))) return false;
  }
  return true;
}

bool has_control_character(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace rollcall::protocol
