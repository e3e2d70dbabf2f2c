#include "server/connection/trusted_proxies.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace rollcall::server {
namespace {

constexpr unsigned address_bits = 128;
constexpr unsigned mapped_bits = 96;

/// The bits of octet `index` that a prefix of `bits` covers.
unsigned char mask(unsigned bits, unsigned index) noexcept {
  const unsigned before = 8 * index;
  const unsigned covered = bits <= before ? 0 : std::min(bits - before, 8U);
  return static_cast<unsigned char>(0xff00U >> covered);
}

}  // namespace

std::optional<IpNetwork> IpNetwork::parse(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string address = text.substr(0, slash);
  IpNetwork network;
  const bool v6 = ::inet_pton(AF_INET6, address.c_str(), network.address_.data()) == 1;
  if (!v6) {
    network.address_[10] = network.address_[11] = 0xff;
    if (::inet_pton(AF_INET, address.c_str(), network.address_.data() + 12) != 1) {
      return std::nullopt;
    }
  }
  const unsigned most = v6 ? address_bits : address_bits - mapped_bits;
  unsigned bits = most;
  if (slash < text.size()) {
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, bits);
    if (error != std::errc() || rest != end || bits > most) return std::nullopt;
  }
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

bool TrustedProxies::trust(const std::optional<IpAddress>& peer) const noexcept {
  return peer && std::any_of(networks.begin(), networks.end(),
                             [&](const IpNetwork& each) { return each.contains(*peer); });
}

}  // namespace rollcall::server
