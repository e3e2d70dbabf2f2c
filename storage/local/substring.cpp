#include "storage/local/substring.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "storage/limits.hpp"

namespace rollcall::storage {
namespace {

char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_in_lower(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char c, char wanted) { return to_lower(c) == wanted; });
}

}  // namespace

Substring::Substring(std::string text) : lower_(std::move(text)) {
  std::transform(lower_.begin(), lower_.end(), lower_.begin(), to_lower);
  static_assert(max_email_octets <= max_name_octets && max_name_octets < 65'536);
  if (lower_.size() > max_name_octets) return;
  borders_.resize(lower_.size());
  std::uint16_t border = 0;
  for (std::size_t i = 1; i < lower_.size(); ++i) {
    while (border > 0 && lower_[border] != lower_[i]) border = borders_[border - 1U];
    if (lower_[border] == lower_[i]) ++border;
    borders_[i] = border;
  }
}

bool Substring::begins(std::string_view text) const noexcept {
  return text.size() >= lower_.size() && equal_in_lower(text.substr(0, lower_.size()), lower_);
}

bool Substring::ends(std::string_view text) const noexcept {
  return text.size() >= lower_.size() &&
         equal_in_lower(text.substr(text.size() - lower_.size()), lower_);
}

bool Substring::is_in(std::string_view text) const noexcept {
  if (lower_.empty()) return true;
  if (text.size() < lower_.size() || borders_.empty()) return false;
  std::size_t matched = 0;
  for (const char each : text) {
    const char c = to_lower(each);
    while (matched > 0 && lower_[matched] != c) matched = borders_[matched - 1];
    if (lower_[matched] == c && ++matched == lower_.size()) return true;
  }
  return false;
}

}  // namespace rollcall::storage
