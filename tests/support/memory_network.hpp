#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/connection/transport.hpp"
#include "server/ready_set.hpp"

/// Connections in memory: a transport at the server's end, a MemorySocket at the test's, and the
/// ready set that tells of them. Edge-triggered. One thread.
namespace rollcall::tests {

/// Calls that would cost a system call each.
struct NetworkCalls {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t polls = 0;  ///< Of the ready set, and each descriptor that is added to it.
};

/// The client's end of a connection.
class MemorySocket {
 public:
  /// A write takes `write_octets` at a time before it wants another event.
  MemorySocket(std::size_t write_octets, NetworkCalls& calls) noexcept;

  /// The client's octets arrive.
  void arrive(std::string_view octets);
  /// The client reads nothing, or everything again.
  void set_reading(bool reading) noexcept;
  /// The client reads so many octets more, and then nothing.
  void read_only(std::size_t octets) noexcept;
  /// The client has reset the connection, and only a write tells.
  void reset() noexcept { reset_ = true; }
  /// The client sends no more.
  void finish() noexcept;
  /// The client has reset the connection, which the ready set tells.
  void vanish() noexcept;
  /// The client's octets came so long ago.
  void set_age(std::chrono::milliseconds age) noexcept { age_ = age; }

  /// Octets of the client's that the server has not read.
  std::size_t unread() const noexcept { return arrived_.size() - read_; }
  /// By the server, which may have left octets unsent.
  bool closed() const noexcept { return closed_; }
  /// The client has seen a reset instead of an end.
  bool was_discarded() const noexcept { return discarded_; }
  bool was_shut_down() const noexcept { return shut_down_; }
  void forget_sent() noexcept { sent_.clear(); }
  /// All that the server sent.
  const std::string& sent() const noexcept { return sent_; }

  // The server's end.
  server::Transport::Result read(char* into, std::size_t room) noexcept;
  server::Transport::Result write(std::string_view octets);
  void shutdown() noexcept { shut_down_ = true; }
  bool is_delivered() const noexcept { return reading_; }
  std::chrono::milliseconds age() const noexcept { return age_; }
  void close(server::Transport::Close how) noexcept;
  void watch(void* owner) noexcept { owner_ = owner; }
  void* owner() const noexcept { return owner_; }
  /// The events since the last call.
  unsigned take_events() noexcept;
  /// For who watches it next.
  void put_back(unsigned events) noexcept { events_ |= events; }

 private:
  std::string arrived_;
  std::string sent_;
  NetworkCalls& calls_;
  std::size_t read_ = 0;
  std::chrono::milliseconds age_{0};
  std::size_t write_octets_;
  std::size_t write_room_;
  unsigned events_;
  void* owner_ = nullptr;
  bool reading_ = true;
  bool reset_ = false;
  bool finished_ = false;
  bool shut_down_ = false;
  bool discarded_ = false;
  bool closed_ = false;
};

/// All of a server's connections. Outlives the server.
class MemoryNetwork final : public server::ReadySet {
 public:
  /// A new connection: the server's end. See MemorySocket; the new one is the last of sockets().
  std::unique_ptr<server::Transport> open(std::size_t write_octets);
  /// Forgets all connections, which are closed.
  void clear() noexcept { sockets_.clear(); }

  std::deque<MemorySocket>& sockets() noexcept { return sockets_; }
  const NetworkCalls& calls() const noexcept { return calls_; }

  int descriptor() const noexcept override { return -1; }
  bool add(int descriptor, void* owner) noexcept override;
  void remove(int descriptor) noexcept override;
  std::span<const epoll_event> poll() noexcept override;

 private:
  NetworkCalls calls_;
  std::deque<MemorySocket> sockets_;
  std::array<epoll_event, server::max_ready_a_turn> events_;
};

}  // namespace rollcall::tests
