#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/http/ip_address.hpp"

namespace rollcall::protocol {

/// The client, as the proxies that are trusted tell it: each adds the address that it was called
/// from at the end, so it is the last address that is not a trusted proxy's own. What is before
/// that may be forged. If all are trusted, the first one is. What is before an element that is not
/// an address does not count.
class ForwardedClient {
 public:
  /// The next X-Forwarded-For field: addresses with commas between, each perhaps with a port.
  void take_x_forwarded_for(std::string_view value, std::span<const IpNetwork> trusted) noexcept;
  /// The next Forwarded field (RFC 7239, section 4), of which `for` counts.
  void take_forwarded(std::string_view value, std::span<const IpNetwork> trusted) noexcept;

  /// Nothing if no field tells. X-Forwarded-For counts if there is any: proxies that know only that
  /// pass a Forwarded of the client's on.
  std::optional<IpAddress> address() const noexcept;

 private:
  /// What the elements of one kind of field tell so far.
  class Walk {
   public:
    void take(const std::optional<IpAddress>& address, std::span<const IpNetwork> trusted) noexcept;
    std::optional<IpAddress> address() const noexcept;
    bool begun() const noexcept { return begun_; }

   private:
    enum class Found : std::uint8_t { nothing, trusted, client };
    Found found_ = Found::nothing;
    bool begun_ = false;
    IpAddress address_{};
  };

  Walk x_forwarded_for_;
  Walk forwarded_;
};

/// An address, perhaps with a port behind it; one of IPv6 with a port is in brackets (RFC 7239,
/// section 6, without the quotation marks). Nothing if `text` is anything else.
std::optional<IpAddress> parse_node(std::string_view text) noexcept;

}  // namespace rollcall::protocol
