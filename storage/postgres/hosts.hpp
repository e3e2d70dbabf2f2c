#pragma once

#include <string>
#include <vector>

namespace rollcall::storage::postgres {

/// One of the hosts of a URL.
struct Host {
  std::string name;
  std::string address;
  std::string port;
  bool named = false;  ///< Otherwise libpq's default.

  /// The name is one that has to be looked up.
  bool needs_address() const noexcept;
};

/// Those of `url`, in its order; none if libpq can't read it.
std::vector<Host> hosts_of(const std::string& url);

}  // namespace rollcall::storage::postgres
