#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall::protocol {

/// A text that is put together by the compiler, for messages that name members and limits. As a
/// constexpr variable it costs what a literal costs. One that does not fit does not compile.
template <std::size_t capacity>
class ConstantText {
 public:
  constexpr ConstantText& add(std::string_view text) {
    for (const char c : text) octets_[size_++] = c;
    return *this;
  }
  constexpr ConstantText& add(std::uint64_t number) {
    if (number >= 10) add(number / 10);
    octets_[size_++] = static_cast<char>('0' + number % 10);
    return *this;
  }

  constexpr std::string_view view() const noexcept { return {octets_.data(), size_}; }
  /// A zero follows, as in a literal.
  constexpr const char* c_str() const noexcept { return octets_.data(); }

 private:
  std::array<char, capacity + 1> octets_{};
  std::size_t size_ = 0;
};

}  // namespace rollcall::protocol
