#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/http/site.hpp"
#include "server/cli/settings.hpp"
#include "server/connection/trusted_proxies.hpp"
#include "server/limits.hpp"
#include "server/ops/log_settings.hpp"
#include "server/proxy_rules.hpp"
#include "storage/open_store.hpp"

namespace rollcall::server {

/// Where to listen: on a host's port, of which the kernel picks a free one for 0, or on a file.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string path{};  ///< Of a Unix domain socket; if it is empty, the others count.

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// Where the admin listener is: nowhere, ...
struct AdminOff {
  friend bool operator==(AdminOff, AdminOff) = default;
};
/// ... on the port of this host after the first of Options::listen, ...
struct AdminBeside {
  friend bool operator==(AdminBeside, AdminBeside) = default;
};
/// ... or at an address of its own.
using AdminListen = std::variant<AdminBeside, AdminOff, ListenAddress>;

/// How much memory the process may have: nine tenths of what its control group may, ...
struct MemoryOfGroup {
  friend bool operator==(MemoryOfGroup, MemoryOfGroup) = default;
};
/// ... any amount, ...
struct MemoryOff {
  friend bool operator==(MemoryOff, MemoryOff) = default;
};
/// ... or so many octets.
using MaxMemory = std::variant<MemoryOfGroup, MemoryOff, std::uint64_t>;

/// What the server was told to do.
struct Options {
  std::vector<ListenAddress> listen;
  AdminListen admin_listen;
  std::optional<ListenAddress> agent_listen;  ///< Nothing: agent checks are not answered.
  mode_t socket_mode = default_socket_mode;   ///< Of the files in `listen`.
  std::string store;
  storage::StoreOptions store_options;
  unsigned least_threads = 1;
  unsigned threads = 1;  ///< At most.
  std::size_t connections = default_connections;
  Timeouts timeouts;
  std::chrono::milliseconds drain_delay = default_drain_delay;
  MaxMemory max_memory;
  std::chrono::milliseconds queue_delay = default_queue_delay;  ///< 0 is any time.
  protocol::Site site;
  TrustedProxies proxies;
  LogSettings log;
  ProxyRules proxy_rules;
  Settings given;  ///< What all of it was made from; an option that is not in it has its default.
};

/// The program must exit at once, after writing these texts.
struct EarlyExit {
  int code;
  std::string out;
  std::string err;
};

/// This process's environment.
std::optional<std::string> environment(const std::string& name);

/// Each option from its flag, else the environment (ROLLCALL_*), else the file that --config names,
/// else its default. A mistake gives one line for standard error and exit code 2.
std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv,
                                               const Environment& environment);

/// HOST:PORT or unix:PATH, as parse_listen_address() takes it.
std::string text_of(const ListenAddress& address);

/// Parses `HOST:PORT`, with an IPv6 address in brackets, or `unix:PATH`, with a path of up to
/// max_socket_path_octets. Nothing if `text` is anything else.
std::optional<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace rollcall::server
