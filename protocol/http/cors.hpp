#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::protocol {

/// Which pages may use this interface from a browser, by their origins, and what answers say of it
/// (the CORS protocol: Fetch standard, section 3.3). Without credentials: cookies mean nothing
/// here. Set up at the start, then read by any thread.
class Cors {
 public:
  /// Which of the origins allowed a request has: 0 for none of them, or no origin.
  using Origin = std::uint8_t;

  /// Allows one more origin, of at most max_cors_origins: `*`, which is any, or a scheme, a host
  /// and perhaps a port, as browsers write it: in lower case, without the scheme's own port and
  /// without a path. What is wrong, if it is none or one too many.
  std::optional<std::string_view> allow(std::string_view origin);

  /// Some origin is allowed: answers have fields of it.
  bool on() const noexcept { return any_ || !origins_.empty(); }
  /// Looks the value of an Origin field up.
  Origin find(std::string_view origin) const noexcept;
  /// The field lines, each with a line end before it, that an answer to a request of `origin` has,
  /// whatever it says. Vary is among them unless any origin is allowed.
  std::string_view fields(Origin origin) const noexcept;
  /// Those of the answer to a preflight request: what the page may send.
  std::string_view preflight_fields(Origin origin) const noexcept;
  /// The longest of fields().
  std::size_t max_field_octets() const noexcept { return max_octets_; }

 private:
  struct Allowed {
    std::string origin;
    std::string fields;
    std::string preflight_fields;
  };

  static Allowed allowed(std::string_view origin, std::string_view vary);

  bool any_ = false;
  Allowed of_any_;
  std::vector<Allowed> origins_;
  std::size_t max_octets_ = 0;
};

}  // namespace rollcall::protocol
