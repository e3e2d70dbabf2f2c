#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <span>

#include "server/limits.hpp"

namespace rollcall::server {

/// The descriptors of one I/O thread that something has happened to. Edge-triggered: each change is
/// told once. Used by one thread.
class ReadySet {
 public:
  ReadySet() = default;
  ReadySet(const ReadySet&) = delete;
  ReadySet& operator=(const ReadySet&) = delete;
  virtual ~ReadySet() = default;

  /// The descriptor to wait for: readable when poll() would return something.
  virtual int descriptor() const noexcept = 0;
  /// Watches `descriptor` for reading and writing until it is closed. `owner` comes back in the
  /// events. False if the kernel has no memory for it.
  virtual bool add(int descriptor, void* owner) noexcept = 0;
  /// Watches `descriptor` no more, although it stays open. Not while what poll() returned is dealt
  /// with.
  virtual void remove(int descriptor) noexcept = 0;
  /// What is ready now, without waiting: at most max_ready_a_turn. Valid until the next call.
  virtual std::span<const epoll_event> poll() noexcept = 0;
};

/// An epoll set, for which the thread's io_context waits as for any descriptor. Why not Asio's
/// sockets: after each answer Asio must either try a recv that finds nothing or re-arm by epoll_ctl
/// (reactive_socket_service_base::start_op), a third system call a request. Registered once, a
/// socket here costs one recv and one send; and one poll() is one turn, the unit of group commit.
class EpollSet final : public ReadySet {
 public:
  /// Throws std::system_error.
  EpollSet();
  ~EpollSet() override;

  int descriptor() const noexcept override { return epoll_; }
  bool add(int descriptor, void* owner) noexcept override;
  void remove(int descriptor) noexcept override;
  std::span<const epoll_event> poll() noexcept override;

 private:
  int epoll_;
  std::array<epoll_event, max_ready_a_turn> events_;
};

}  // namespace rollcall::server
