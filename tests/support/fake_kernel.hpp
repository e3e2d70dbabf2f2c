#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Sockets that exist in memory only. The linker sends recv, send, shutdown, close, epoll_ctl,
/// epoll_wait and time of the code under test here (--wrap, ld(1)); any other descriptor goes on to
/// the kernel. Edge-triggered, like sockets in epoll with EPOLLET. One thread.
namespace rollcall::tests {

/// One of them. Its descriptor is FakeKernel::first_socket plus its place.
class FakeSocket {
 public:
  /// send() takes `send_octets` at a time before it wants another event.
  explicit FakeSocket(std::size_t send_octets) noexcept;

  /// The peer's octets arrive.
  void arrive(std::string_view octets);
  /// The peer reads nothing, or everything again.
  void set_reading(bool reading) noexcept;
  /// The peer has reset the connection, and only a send tells.
  void reset() noexcept { reset_ = true; }
  /// The peer sends no more.
  void finish() noexcept;

  bool closed() const noexcept { return closed_; }
  void forget_sent() noexcept { sent_.clear(); }
  /// All that was sent.
  const std::string& sent() const noexcept { return sent_; }

  // The system calls.
  long recv(char* into, std::size_t size) noexcept;
  long send(const char* from, std::size_t size);
  void close() noexcept { closed_ = true; }
  void watch(void* owner) noexcept { owner_ = owner; }
  void* owner() const noexcept { return owner_; }
  /// The events since the last call.
  unsigned take_events() noexcept;

 private:
  std::string arrived_;
  std::string sent_;
  std::size_t read_ = 0;
  std::size_t send_octets_;
  std::size_t send_room_;
  unsigned events_;
  void* owner_ = nullptr;
  bool reading_ = true;
  bool reset_ = false;
  bool finished_ = false;
  bool closed_ = false;
};

class FakeKernel {
 public:
  static constexpr int first_socket = 1'000'000'000;

  /// System calls that its sockets have cost.
  struct Calls {
    std::uint64_t recv = 0;
    std::uint64_t send = 0;
    std::uint64_t epoll = 0;  ///< epoll_wait for the set that they stand in, and epoll_ctl.
  };

  /// Whether `descriptor` is one of its sockets.
  static bool has(int descriptor) noexcept { return descriptor >= first_socket; }
  FakeSocket& at(int descriptor) {
    return sockets_.at(static_cast<std::size_t>(descriptor - first_socket));
  }

  /// Forgets all sockets, which are closed.
  void clear() noexcept { sockets_.clear(); }
  /// A new socket; pointers to others are void after it.
  int open(std::size_t send_octets);

  Calls& calls() noexcept { return calls_; }
  std::vector<FakeSocket>& sockets() noexcept { return sockets_; }

 private:
  std::vector<FakeSocket> sockets_;
  Calls calls_;
};

/// The one of this process.
inline FakeKernel the_fake_kernel;
inline FakeKernel& fake_kernel() noexcept { return the_fake_kernel; }

}  // namespace rollcall::tests
