#include "protocol/http/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace rollcall::protocol {
namespace {

constexpr unsigned address_bits = 128;
constexpr unsigned mapped_bits = 96;
constexpr std::size_t mapped_octets = mapped_bits / 8;

/// The bits of octet `index` that a prefix of `bits` covers.
unsigned char mask(unsigned bits, unsigned index) noexcept {
  const unsigned before = 8 * index;
  const unsigned covered = bits <= before ? 0 : std::min(bits - before, 8U);
  return static_cast<unsigned char>(0xff00U >> covered);
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  if (text.find('\0') != text.npos) return std::nullopt;
  IpAddress address{};
  if (::inet_pton(AF_INET6, terminated.data(), address.data()) == 1) return address;
  std::array<unsigned char, 4> v4{};
  if (::inet_pton(AF_INET, terminated.data(), v4.data()) != 1) return std::nullopt;
  return map_ipv4(v4.data());
}

IpAddress map_ipv4(const unsigned char* octets) noexcept {
  IpAddress address{};
  address[10] = address[11] = 0xff;
  std::memcpy(address.data() + mapped_octets, octets, address.size() - mapped_octets);
  return address;
}

bool is_ipv4(const IpAddress& address) noexcept {
  const unsigned char none[4]{};
  const IpAddress mapped = map_ipv4(none);
  return std::equal(address.begin(), address.begin() + mapped_octets, mapped.begin());
}

IpAddress prefix_of(const IpAddress& address, unsigned bits) noexcept {
  const unsigned all = is_ipv4(address) ? bits + mapped_bits : bits;
  IpAddress prefix{};
  for (unsigned i = 0; i < address.size(); ++i) {
    prefix[i] = static_cast<unsigned char>(address[i] & mask(all, i));
  }
  return prefix;
}

std::string text_of(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_ipv4(address);
  ::inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? mapped_octets : 0), text.data(),
              text.size());
  return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view address = text.substr(0, slash);
  const auto parsed = parse_ip_address(address);
  if (!parsed) return std::nullopt;
  const bool v6 = address.find(':') != address.npos;
  const unsigned most = v6 ? address_bits : address_bits - mapped_bits;
  unsigned bits = most;
  if (slash < text.size()) {
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, bits);
    if (error != std::errc() || rest != end || bits > most) return std::nullopt;
  }
  IpNetwork network;
  network.address_ = *parsed;
  network.prefix_bits_ = bits + address_bits - most;
  for (unsigned i = 0; i < network.address_.size(); ++i) {
    if ((network.address_[i] & ~mask(network.prefix_bits_, i)) != 0) return std::nullopt;
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const noexcept {
  for (unsigned i = 0; i < address.size(); ++i) {
    if ((address[i] & mask(prefix_bits_, i)) != address_[i]) return false;
  }
  return true;
}

}  // namespace rollcall::protocol
