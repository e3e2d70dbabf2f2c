#include "storage/folding.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace rollcall::storage {
namespace {

constexpr auto options =
    static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);

/// Code points into `buffer`, or how many there would be; negative if `text` is not UTF-8.
utf8proc_ssize_t decompose(std::string_view text, std::int32_t* buffer, std::size_t size) noexcept {
  return utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                            static_cast<utf8proc_ssize_t>(text.size()), buffer,
                            static_cast<utf8proc_ssize_t>(size), options);
}

/// The text of `count` code points, in place of them. There is room for one more.
std::string_view encode(std::int32_t* buffer, utf8proc_ssize_t count) noexcept {
  const utf8proc_ssize_t octets = utf8proc_reencode(buffer, count, options);
  return {reinterpret_cast<const char*>(buffer),
          static_cast<std::size_t>(std::max<utf8proc_ssize_t>(octets, 0))};
}

}  // namespace

bool is_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  constexpr std::size_t word = sizeof(std::uint64_t);
  std::uint64_t seen = 0;
  const auto look_at = [&](std::size_t place) {
    std::uint64_t octets = 0;
    std::memcpy(&octets, text.data() + place, sizeof octets);
    seen |= octets;
  };
  if (text.size() < word) {
    for (const char c : text) seen |= static_cast<unsigned char>(c);
    return (seen & high_bits) == 0;
  }
  for (std::size_t i = 0; i + word < text.size(); i += word) look_at(i);
  look_at(text.size() - word);
  return (seen & high_bits) == 0;
}

std::string fold(std::string_view text) {
  const utf8proc_ssize_t count = is_ascii(text) ? -1 : decompose(text, nullptr, 0);
  if (count < 0) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return lower;
  }
  std::vector<std::int32_t> buffer(static_cast<std::size_t>(count) + 1);
  decompose(text, buffer.data(), buffer.size());
  return std::string(encode(buffer.data(), count));
}

std::string_view Folder::operator()(std::string_view text) noexcept {
  const std::size_t room = buffer_.size() - 1;
  const utf8proc_ssize_t count = decompose(text, buffer_.data(), room);
  // No member is longer, or anything but UTF-8, so this is not met.
  if (count < 0 || static_cast<std::size_t>(count) > room) return text;
  return encode(buffer_.data(), count);
}

}  // namespace rollcall::storage
