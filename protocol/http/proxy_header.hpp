#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/http/ip_address.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {

/// Which versions of the PROXY header are taken.
enum class ProxyVersions : std::uint8_t { two, any };

/// Reads what a proxy sends before anything else on a connection to say whom it speaks for: the
/// header of HAProxy's "The PROXY protocol, Versions 1 & 2" (2020). Of version 1 a line of at most
/// max_proxy_line_octets, of version 2 at most max_proxy_header_octets. One object a connection.
class ProxyHeaderReader {
 public:
  enum class Progress : std::uint8_t {
    need_more,  ///< All octets were taken.
    done,       ///< What is not consumed is behind the header.
    malformed,  ///< It is not a PROXY header, or not of a version that is taken.
  };
  struct Result {
    std::size_t consumed;
    Progress progress;
  };

  explicit ProxyHeaderReader(ProxyVersions versions) noexcept : versions_(versions) {}

  /// The outcome does not depend on where the header is cut. Not to be called after done or
  /// malformed.
  Result read(std::string_view octets);

  /// Once done: the client's address. Nothing if the proxy speaks for itself (LOCAL), or does not
  /// know or say it in terms of IP: then the connection's own peer counts.
  const std::optional<IpAddress>& source() const noexcept { return source_; }

 private:
  enum class Version : std::uint8_t { unknown, one, two };

  bool begin(char first) noexcept;
  std::size_t take(std::string_view octets, std::size_t size);
  Result read_line(std::string_view octets);
  Result read_binary(std::string_view octets);
  bool parse_line(std::string_view line);
  bool parse_binary();
  bool check_extensions(std::size_t begin) const;

  const ProxyVersions versions_;
  Version version_ = Version::unknown;
  std::string header_;  ///< What was read of it.
  std::optional<IpAddress> source_;
};

}  // namespace rollcall::protocol
