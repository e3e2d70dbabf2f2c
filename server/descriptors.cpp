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

DescriptorShares share_descriptors(unsigned threads, std::size_t connections, std::size_t listeners,
                                   std::size_t descriptors) noexcept {
  DescriptorShares shares{};
  const std::size_t worth_it = descriptors / min_descriptors_a_thread;
  shares.threads = static_cast<unsigned>(std::clamp<std::size_t>(worth_it, 1, threads));
  const std::size_t others = own_descriptors + listeners + shares.threads * thread_descriptors;
  const std::size_t left = descriptors - std::min(descriptors, others);
  shares.turned_away = std::clamp<std::size_t>(left / turned_away_share, 1, max_turned_away);
  shares.connections = std::clamp<std::size_t>(left - std::min(left, shares.turned_away),
                                               min_connections, connections);
  return shares;
}

}  // namespace rollcall::server
