#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rollcall::storage::postgres {

/// One of the hosts of a URL.
struct Host {
  std::string name;
  std::string address;
  std::string port;
  bool named = false;  ///< Otherwise libpq's default.

  friend bool operator==(const Host&, const Host&) = default;
  /// The name is one that has to be looked up.
  bool needs_address() const noexcept;
};

/// Which hosts an attempt to connect prefers, as an earlier one has found them.
struct Route {
  std::optional<Host> only{};  ///< No other one is tried.
  std::optional<Host> last{};  ///< It did not answer: the others get a head start.
};

/// Those of `url`, in its order; none if libpq can't read it.
std::vector<Host> hosts_of(const std::string& url);

}  // namespace rollcall::storage::postgres
