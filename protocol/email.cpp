#include "protocol/email.hpp"

#include "protocol/text.hpp"

namespace rollcall::protocol {
namespace {

/// RFC 1034, section 3.5; of a label with other letters, counted in code points.
constexpr int max_label_code_points = 63;

bool is_letter_or_digit(char32_t c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_other_letter(char32_t c) noexcept {
  const bool control = c < 0xa0 || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
                       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
  const bool not_a_character = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
  const bool private_use = (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
  return !control && !not_a_character && !private_use && !is_white_space(c);
}

bool is_local_part(std::string_view text) noexcept {
  constexpr std::string_view others = ".!#$%&'*+/=?^_`{|}~-";
  if (text.empty()) return false;
  while (!text.empty()) {
    const char32_t c = take_code_point(text);
    const bool allowed =
        c < 0x80 ? is_letter_or_digit(c) || others.find(static_cast<char>(c)) != others.npos
                 : is_other_letter(c);
    if (!allowed) return false;
  }
  return true;
}

bool is_label(std::string_view text) noexcept {
  if (text.empty() || text.front() == '-' || text.back() == '-') return false;
  for (int count = 0; !text.empty(); ++count) {
    const char32_t c = take_code_point(text);
    const bool allowed = c < 0x80 ? is_letter_or_digit(c) || c == '-' : is_other_letter(c);
    if (!allowed || count == max_label_code_points) return false;
  }
  return true;
}

}  // namespace

bool is_email_address(std::string_view text) noexcept {
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
