#include "protocol/text.hpp"

#include <algorithm>

namespace rollcall::protocol {

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

bool is_blank(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!is_white_space(take_code_point(text))) return false;
  }
  return true;
}

bool has_control_character(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace rollcall::protocol
