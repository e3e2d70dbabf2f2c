#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The address by which clients reach the server, which need not be the one that it listens at.
namespace rollcall::protocol {

/// A path under which the resources are, for clients: segments that are neither empty nor dots,
/// each behind a slash, of at most max_prefix_octets (RFC 3986, section 3.3). So it is safe in
/// front of a path: no client takes it for a host.
bool is_prefix(std::string_view text) noexcept;

/// What one request says of that address. Texts that are no such thing are passed over.
class Reached {
 public:
  /// What a proxy says with X-Forwarded-*.
  enum class Part : std::uint8_t { scheme, host, prefix };

  /// The authority of the target, or else the Host field: the first one counts.
  void take_host(std::string_view host);
  /// Of a proxy that is trusted. Of several values the last counts, which is its own.
  void take_forwarded(Part part, std::string_view value);

  /// `http://host:port` or with https, as the client sees it; empty if that is not known, because a
  /// proxy has passed the request on that does not say it. `trusted`: the peer is a proxy.
  std::string origin(bool trusted) const;
  /// What the proxy has taken off the path; empty if nothing.
  const std::string& prefix() const noexcept { return prefix_; }

 private:
  std::string host_;
  std::string forwarded_host_;
  std::string scheme_;
  std::string prefix_;
};

}  // namespace rollcall::protocol
