#include "server/ops/given_sockets.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

constexpr int first_given_descriptor = 3;

/// Negative if `text` is anything else.
long number(std::string_view text) {
  long value = -1;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end ? value : -1;
}

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

void check(const GivenSocket& given) {
  const int family = option_of(given.descriptor, SO_DOMAIN);
  const bool listens = option_of(given.descriptor, SO_TYPE) == SOCK_STREAM &&
                       option_of(given.descriptor, SO_ACCEPTCONN) == 1;
  if (listens && (family == AF_INET || family == AF_INET6 || family == AF_UNIX)) return;
  throw std::runtime_error("descriptor " + std::to_string(given.descriptor) + " (" + given.name +
                           ") of LISTEN_FDS is not a stream socket that listens: use "
                           "ListenStream= and Accept=no");
}

}  // namespace

bool is_file(const GivenSocket& given) { return option_of(given.descriptor, SO_DOMAIN) == AF_UNIX; }

std::vector<GivenSocket> parse_given_sockets(const char* pid, const char* count, const char* names,
                                             pid_t own) {
  if (pid == nullptr || count == nullptr || number(pid) != own) return {};
  const long sockets = number(count);
  if (sockets < 0 || sockets > static_cast<long>(max_given_sockets)) {
    throw std::runtime_error("LISTEN_FDS must be a number from 0 to " +
                             std::to_string(max_given_sockets) + ", not '" + count + "'");
  }
  std::vector<GivenSocket> given;
  std::string_view rest = names == nullptr ? "" : names;
  for (int i = 0; i < sockets; ++i) {
    const std::string_view name = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    given.push_back({first_given_descriptor + i, std::string(name.empty() ? "unknown" : name)});
  }
  return given;
}

std::vector<GivenSocket> take_given_sockets() {
  const std::vector<GivenSocket> given =
      parse_given_sockets(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"),
                          std::getenv("LISTEN_FDNAMES"), ::getpid());
  for (const char* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  for (const GivenSocket& each : given) {
    check(each);
    ::fcntl(each.descriptor, F_SETFD, FD_CLOEXEC);
    ::fcntl(each.descriptor, F_SETFL, ::fcntl(each.descriptor, F_GETFL) | O_NONBLOCK);
  }
  return given;
}

}  // namespace rollcall::server
