#include "protocol/json/email.hpp"

#include <array>

#include "protocol/text.hpp"

namespace rollcall::protocol {
namespace {

/// RFC 1034, section 3.5; of a label with other letters, counted in code points.
constexpr std::size_t max_label_code_points = 63;

enum CharacterClass : unsigned char { in_local_part = 1, in_label = 2 };

constexpr auto classes = [] {
  std::array<unsigned char, 256> table{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-")) {
    table[static_cast<unsigned char>(c)] = in_local_part | in_label;
  }
  for (const char c : std::string_view(".!#$%&'*+/=?^_`{|}~")) {
    table[static_cast<unsigned char>(c)] = in_local_part;
  }
  return table;
}();

bool is_other_letter(char32_t c) noexcept {
  const bool private_use = (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
  return !private_use && !is_invisible(c);
}

/// Every code point of `text` is of the class or another letter; `count` gets how many there are.
bool consists_of(std::string_view text, CharacterClass wanted, std::size_t& count) noexcept {
  for (count = 0; !text.empty(); ++count) {
    const auto octet = static_cast<unsigned char>(text.front());
    if (octet < 0x80) {
      if ((classes[octet] & wanted) == 0) return false;
      text.remove_prefix(1);
    } else if (!is_other_letter(take_code_point(text))) {
      return false;
    }
  }
  return true;
}

bool is_local_part(std::string_view text) noexcept {
  std::size_t count = 0;
  return !text.empty() && consists_of(text, in_local_part, count);
}

bool is_label(std::string_view text) noexcept {
  if (text.empty() || text.front() == '-' || text.back() == '-') return false;
  std::size_t count = 0;
  return consists_of(text, in_label, count) && count <= max_label_code_points;
}

/// True for most addresses, those without other letters, in one pass; false says nothing.
bool is_ascii_address(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto is = [](char c, CharacterClass wanted) {
    return (classes[static_cast<unsigned char>(c)] & wanted) != 0;
  };
  while (at != end && is(*at, in_local_part)) ++at;
  if (at == text.data() || at == end || *at != '@') return false;
  do {
    const char* const label = ++at;
    while (at != end && is(*at, in_label)) ++at;
    const std::ptrdiff_t size = at - label;
    if (size == 0 || size > std::ptrdiff_t{max_label_code_points} || *label == '-' ||
        at[-1] == '-') {
      return false;
    }
  } while (at != end && *at == '.');
  return at == end;
}

}  // namespace

bool is_email_address(std::string_view text) noexcept {
  if (is_ascii_address(text)) return true;
  const std::size_t at = text.find('@');
  if (at == text.npos || !is_local_part(text.substr(0, at))) return false;
  std::string_view domain = text.substr(at + 1);
  for (;;) {
    const std::size_t dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    if (dot == domain.npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace rollcall::protocol
