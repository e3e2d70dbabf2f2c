#include "server/descriptors.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "server/limits.hpp"

namespace rollcall::server {

void claim_standard_streams() noexcept {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // For the other direction, so that what needs the stream is told that it is not there. open(2)
    // returns the lowest number that is free: this one.
    const int way = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", way) != stream) ::_exit(1);
  }
}

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

std::size_t connection_cap(std::size_t wanted, std::size_t descriptors) noexcept {
  constexpr std::size_t others = reserved_descriptors + max_turned_away;
  if (descriptors <= others) return min_connections;
  return std::min(wanted, descriptors - others);
}

}  // namespace rollcall::server
