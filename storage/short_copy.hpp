#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rollcall::storage {

namespace detail {

/// Its first and its last `word` octets, which may overlap: `text` has at least one and at most two
/// words.
template <class Word>
inline void copy_two_words(char* to, std::string_view text) noexcept {
  Word first;
  Word last;
  const std::size_t end = text.size() - sizeof(Word);
  std::memcpy(&first, text.data(), sizeof first);
  std::memcpy(&last, text.data() + end, sizeof last);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + end, &last, sizeof last);
}

}  // namespace detail

/// Copies `text`, which does not overlap `to`, and gives the place behind it. Names and addresses
/// are short: a call of memcpy() would cost more than the copy.
inline char* copy_short(char* to, std::string_view text) noexcept {
  const std::size_t octets = text.size();
  if (octets > 16) {
    std::memcpy(to, text.data(), octets);
  } else if (octets >= 8) {
    detail::copy_two_words<std::uint64_t>(to, text);
  } else if (octets >= 4) {
    detail::copy_two_words<std::uint32_t>(to, text);
  } else {
    for (std::size_t i = 0; i < octets; ++i) to[i] = text[i];
  }
  return to + octets;
}

}  // namespace rollcall::storage
