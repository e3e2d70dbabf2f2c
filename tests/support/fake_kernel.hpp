#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// One socket that exists in memory only. The linker sends recv, send, shutdown, close, epoll_ctl,
/// epoll_wait and time of the code under test here (--wrap, ld(1)); any other descriptor goes on
/// to the kernel. Edge-triggered, like a socket in epoll with EPOLLET. One thread.
namespace rollcall::tests {

class FakeKernel {
 public:
  static constexpr int socket = 1'000'000'000;

  /// A new connection. send() takes `send_octets` at a time before it wants another event.
  void open(std::size_t send_octets);
  /// The peer's octets arrive.
  void arrive(std::string_view octets);
  /// The peer sends no more.
  void finish();

  bool closed() const noexcept { return closed_; }
  /// All that was sent.
  const std::string& sent() const noexcept { return sent_; }

  // The system calls.
  long recv(char* into, std::size_t size);
  long send(const char* from, std::size_t size);
  void close() noexcept { closed_ = true; }
  /// The events since the last call.
  unsigned take_events();

 private:
  std::string arrived_;
  std::string sent_;
  std::size_t read_ = 0;
  std::size_t send_octets_ = 0;
  std::size_t send_room_ = 0;
  unsigned events_ = 0;
  bool finished_ = false;
  bool closed_ = true;
};

FakeKernel& fake_kernel();

}  // namespace rollcall::tests
