#include "storage/local/substring.hpp"

#include <cstddef>
#include <utility>

#include "storage/limits.hpp"

namespace rollcall::storage {
namespace {

char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

Substring::Substring(std::string lower) : lower_(std::move(lower)) {
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
