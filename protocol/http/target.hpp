#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rollcall::protocol {

/// A decoded path, which has room for every one that is served here.
class Path {
 public:
  static constexpr std::size_t max_octets = 32;

  std::string_view text() const noexcept { return {octets_.data(), size_}; }
  /// False, and nothing is appended, if there is no room.
  bool append(std::string_view text) noexcept {
    if (text.size() > max_octets - size_) return false;
    std::memcpy(octets_.data() + size_, text.data(), text.size());
    size_ = static_cast<std::uint8_t>(size_ + text.size());
    return true;
  }

 private:
  std::uint8_t size_ = 0;
  std::array<char, max_octets> octets_{};
};

/// A request-target, taken apart.
struct Target {
  bool well_formed = false;  ///< False: a byte or an escape that RFC 3986 does not allow (400).
  Path path;  ///< Percent-decoded once. Empty if no path of ours can be meant: it is longer than
              ///< Path::max_octets or has an escaped slash. `*` for the asterisk-form.
  std::string_view query;  ///< As it was sent: a view of the text that was parsed.
};

/// Parses origin-form, absolute-form and asterisk-form (RFC 9112, section 3.2). An escape that is
/// malformed or NUL makes the target ill-formed.
Target parse_target(std::string_view text) noexcept;

/// True if `text` can be the value of a Host field: uri-host [":" port] (RFC 9110, section 7.2), or
/// empty.
bool is_host(std::string_view text) noexcept;

}  // namespace rollcall::protocol
