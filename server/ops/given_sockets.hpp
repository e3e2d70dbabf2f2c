#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace rollcall::server {

/// A listening socket that whoever started the program has opened for it, such as systemd for a
/// socket unit. It outlives the program, so that nobody is refused while another one starts.
struct GivenSocket {
  int descriptor;
  std::string name;  ///< FileDescriptorName=; "unknown" if none was given.

  friend bool operator==(const GivenSocket&, const GivenSocket&) = default;
};

/// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say (sd_listen_fds(3)); each may be null. None if
/// they are meant for another process than `own`. Throws std::runtime_error, with one line for a
/// person, if they can't be understood.
std::vector<GivenSocket> parse_given_sockets(const char* pid, const char* count, const char* names,
                                             pid_t own);

/// It is a Unix domain socket.
bool is_file(const GivenSocket& given);

/// Those of this process's environment, from which the variables are removed. Each is a stream
/// socket that listens, non-blocking and closed on exec; anything else throws as above.
std::vector<GivenSocket> take_given_sockets();

}  // namespace rollcall::server
