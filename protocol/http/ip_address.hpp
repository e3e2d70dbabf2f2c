#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::protocol {

/// An IP address: of IPv4 as it is mapped to IPv6 (RFC 4291, section 2.5.5.2).
using IpAddress = std::array<unsigned char, 16>;

/// Of IPv4 four decimal numbers without leading zeros; of IPv6 as RFC 4291, section 2.2, has it.
/// Nothing if `text` is anything else.
std::optional<IpAddress> parse_ip_address(std::string_view text) noexcept;

/// The four octets of an IPv4 address, mapped.
IpAddress map_ipv4(const unsigned char* octets) noexcept;
bool is_ipv4(const IpAddress& address) noexcept;
/// The address without all but its first `bits`, which for IPv4 count from its own first one.
IpAddress prefix_of(const IpAddress& address, unsigned bits) noexcept;
/// As parse_ip_address() takes it.
std::string text_of(const IpAddress& address);

/// A range of addresses.
class IpNetwork {
 public:
  /// Parses an address, or one with a slash and the length of its prefix (RFC 4632, section 3.1).
  /// Nothing if `text` is anything else, or has bits set behind the prefix.
  static std::optional<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& address) const noexcept;

 private:
  IpAddress address_{};
  unsigned prefix_bits_ = 0;
};

}  // namespace rollcall::protocol
