#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// One socket that exists in memory only. The linker sends recv, send, shutdown, close, epoll_ctl,
/// epoll_wait and time of the code under test here (--wrap, ld(1)); any other descriptor goes on
/// to the kernel. Edge-triggered, like a socket in epoll with EPOLLET. One thread.
namespace rollcall::tests {

class FakeKernel;

/// The one of this process.
FakeKernel& fake_kernel();

class FakeKernel {
 public:
  static constexpr int socket = 1'000'000'000;

  /// System calls that this socket has cost, over all its connections.
  struct Calls {
    std::uint64_t recv = 0;
    std::uint64_t send = 0;
  };

  /// A new connection. send() takes `send_octets` at a time before it wants another event.
  void open(std::size_t send_octets);
  /// The peer's octets arrive.
  void arrive(std::string_view octets);
  /// The peer sends no more.
  void finish();

  bool closed() const noexcept { return closed_; }
  const Calls& calls() const noexcept { return calls_; }
  void forget_sent() noexcept { sent_.clear(); }
  /// All that was sent.
  const std::string& sent() const noexcept { return sent_; }

  // The system calls.
  long recv(char* into, std::size_t size);
  long send(const char* from, std::size_t size);
  void close() noexcept { closed_ = true; }
  /// The events since the last call.
  unsigned take_events();

 private:
  FakeKernel() = default;
  explicit FakeKernel(const Calls& calls) : calls_(calls) {}
  friend FakeKernel& fake_kernel();

  std::string arrived_;
  std::string sent_;
  std::size_t read_ = 0;
  std::size_t send_octets_ = 0;
  std::size_t send_room_ = 0;
  unsigned events_ = 0;
  bool finished_ = false;
  bool closed_ = true;
  Calls calls_;
};

}  // namespace rollcall::tests
