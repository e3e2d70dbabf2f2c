#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <span>

#include "server/limits.hpp"

namespace rollcall::server {

/// The sockets of one I/O thread, in an epoll set of their own that the thread's io_context waits
/// for as for any descriptor. Why not Asio's sockets: after each answer Asio must either try a recv
/// that finds nothing or re-arm by epoll_ctl (reactive_socket_service_base::start_op), a third
/// system call a request. Registered once, edge-triggered, a socket here costs one recv and one
/// send; and one poll() is one turn, the unit of group commit. Used by one thread.
class ReadySet {
 public:
  ReadySet();
  ~ReadySet();
  ReadySet(const ReadySet&) = delete;
  ReadySet& operator=(const ReadySet&) = delete;

  /// The descriptor to wait for: readable when poll() would return something.
  int descriptor() const noexcept { return epoll_; }

  /// Watches `socket` for reading and writing until it is closed. `owner` comes back in the events.
  /// False if the kernel has no memory for it.
  bool add(int socket, void* owner) noexcept;

  /// What is ready now, without waiting: at most max_ready_a_turn. Valid until the next call.
  std::span<const epoll_event> poll() noexcept;

 private:
  int epoll_;
  std::array<epoll_event, max_ready_a_turn> events_;
};

}  // namespace rollcall::server
