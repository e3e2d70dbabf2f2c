#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/limits.hpp"
#include "storage/open_store.hpp"

namespace rollcall::server {

/// Where to listen. Port 0: the kernel chooses a free one.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// How the program was asked to run.
struct Options {
  std::vector<ListenAddress> listen;
  std::string store;
  storage::StoreOptions store_options;
  unsigned threads = 1;
  std::size_t connections = default_connections;
  Timeouts timeouts;
};

/// The program is to end at once, having written these.
struct EarlyExit {
  int code;
  std::string out;
  std::string err;
};

/// Looks an environment variable up; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// This process's environment.
std::optional<std::string> environment(const std::string& name);

/// The options by flag, else by environment (ROLLCALL_*), else by the file that --config names,
/// else by default. A mistake gives one line for standard error and exit code 2.
std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv,
                                               const Environment& environment);

/// `HOST:PORT`, an IPv6 address in brackets. Nothing if it is not that.
std::optional<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace rollcall::server
