#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace rollcall::server {

/// The Date field's value (IMF-fixdate, RFC 9110, section 5.6.7), rewritten at most once per
/// second.
class HttpDate {
 public:
  /// `now` in seconds since the epoch.
  void set(std::time_t now) noexcept;
  std::string_view text() const noexcept { return {text_.data(), size}; }

 private:
  static constexpr std::size_t size = 29;
  std::time_t now_ = -1;
  std::array<char, size + 1> text_{};
};

}  // namespace rollcall::server
