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
  std::string_view authority;  ///< Of the absolute-form, else empty: a view of that text.
  std::string_view query;      ///< As it was sent: a view of the text that was parsed.
};

/// The first octet of a target that makes it ill-formed.
struct BadOctet {
  std::uint16_t place = 0;  ///< Counted from 1; 0: there is none.
  unsigned char octet = 0;  ///< A percent sign begins an escape that is malformed or NUL.
};

/// Parses origin-form, absolute-form and asterisk-form (RFC 9112, section 3.2). An escape that is
/// malformed or NUL makes the target ill-formed. A query may have what browsers and curl send as it
/// is, though no URI has it: `[ ] ^ { | }`, the backslash, the grave accent, and octets beyond
/// ASCII. `base_path`, an is_prefix() or empty, is taken off a path that begins with it.
Target parse_target(std::string_view text, std::string_view base_path = {}) noexcept;

/// True if `text` has only octets and escapes that a path may have (RFC 3986, section 3.3).
bool is_path(std::string_view text) noexcept;

/// Of an ill-formed origin-form target of at most max_target_octets.
BadOctet find_bad_octet(std::string_view target) noexcept;
/// True if a query can have `c` in a URI, be it in an escape (RFC 3986, section 3.4).
bool is_in_uri_query(char c) noexcept;

/// True if `text` can be the value of a Host field: uri-host [":" port] (RFC 9110, section 7.2), or
/// empty.
bool is_host(std::string_view text) noexcept;

}  // namespace rollcall::protocol
