#include "storage/postgres/hosts.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace rollcall::storage::postgres {
namespace {

std::vector<std::string> split(const char* list) {
  std::vector<std::string> all(1);
  for (const char* at = list == nullptr ? "" : list; *at != '\0'; ++at) {
    if (*at == ',') {
      all.emplace_back();
    } else {
      all.back() += *at;
    }
  }
  return all;
}

/// libpq's, or that of the environment.
std::string default_port() {
  std::string port;
  PQconninfoOption* const options = PQconndefaults();
  for (const PQconninfoOption* each = options; each != nullptr && each->keyword != nullptr;
       ++each) {
    if (std::string_view(each->keyword) == "port" && each->val != nullptr) port = each->val;
  }
  PQconninfoFree(options);
  return port;
}

}  // namespace

bool Host::needs_address() const noexcept {
  // Other names are directories and, with an '@', abstract sockets.
  if (!address.empty() || name.empty() || name[0] == '/' || name[0] == '@') return false;
  // libpq says what is wrong.
  if (port.find_first_not_of("0123456789") != port.npos) return false;
  in6_addr octets{};
  return ::inet_pton(AF_INET, name.c_str(), &octets) != 1 &&
         ::inet_pton(AF_INET6, name.c_str(), &octets) != 1;
}

std::vector<Host> hosts_of(const std::string& url) {
  std::vector<Host> hosts;
  PQconninfoOption* const options = PQconninfoParse(url.c_str(), nullptr);
  if (options == nullptr) return hosts;
  std::vector<std::string> names, addresses, ports;
  for (const PQconninfoOption* each = options; each->keyword != nullptr; ++each) {
    const std::string_view keyword = each->keyword;
    if (keyword == "host") names = split(each->val);
    if (keyword == "hostaddr") addresses = split(each->val);
    if (keyword == "port") ports = split(each->val);
  }
  PQconninfoFree(options);
  const std::size_t count = std::max(names.size(), addresses.size());
  for (std::size_t i = 0; i < count; ++i) {
    Host host;
    if (i < names.size()) host.name = names[i];
    if (i < addresses.size()) host.address = addresses[i];
    // One port is that of all hosts.
    host.port = ports.size() == 1 ? ports[0] : i < ports.size() ? ports[i] : "";
    // An empty one would leave the list of the URL in force, which does not fit one host.
    if (host.port.empty() && count > 1) host.port = default_port();
    host.named = !host.name.empty() || !host.address.empty();
    hosts.push_back(std::move(host));
  }
  return hosts;
}

}  // namespace rollcall::storage::postgres
