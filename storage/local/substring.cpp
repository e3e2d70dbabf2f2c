#include "storage/local/substring.hpp"

#include <algorithm>
#include <cstddef>

#include "storage/folding.hpp"

namespace rollcall::storage {
namespace {

char to_upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_in_lower(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char c, char wanted) { return to_lower(c) == wanted; });
}

}  // namespace

Substring::Substring(std::string_view text) : folded_(fold(text)) {
  static_assert(max_email_octets <= max_name_octets && max_folded_octets < 65'536);
  if (folded_.size() > max_folded_octets) return;
  borders_.resize(folded_.size());
  std::uint16_t border = 0;
  for (std::size_t i = 1; i < folded_.size(); ++i) {
    while (border > 0 && folded_[border] != folded_[i]) border = borders_[border - 1U];
    if (folded_[border] == folded_[i]) ++border;
    borders_[i] = border;
  }
}

bool Substring::begins(std::string_view text) const noexcept {
  return text.size() >= folded_.size() && equal_in_lower(text.substr(0, folded_.size()), folded_);
}

bool Substring::ends(std::string_view text) const noexcept {
  return text.size() >= folded_.size() &&
         equal_in_lower(text.substr(text.size() - folded_.size()), folded_);
}

bool Substring::is_in(std::string_view text) const noexcept {
  if (folded_.empty()) return true;
  if (text.size() < folded_.size() || borders_.empty()) return false;
  // Most octets of a text are looked at only for the first one of what is searched for.
  const char first = folded_.front();
  const char other_case = to_upper(first);
  std::size_t matched = 0;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end; ++at) {
    if (matched == 0) {
      while (*at != first && *at != other_case) {
        if (++at == end) return false;
      }
    }
    const char c = to_lower(*at);
    while (matched > 0 && folded_[matched] != c) matched = borders_[matched - 1];
    if (folded_[matched] == c && ++matched == folded_.size()) return true;
  }
  return false;
}

}  // namespace rollcall::storage
