#include "tests/support/fake_kernel.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace rollcall::tests {
namespace {

int ready_set = -1;  ///< The epoll set that the socket stands in.
epoll_data_t ready_data{};

}  // namespace

FakeKernel& fake_kernel() {
  static FakeKernel kernel;
  return kernel;
}

void FakeKernel::open(std::size_t send_octets) {
  *this = FakeKernel(calls_);
  send_octets_ = send_room_ = send_octets;
  events_ = EPOLLOUT;
  closed_ = false;
}

void FakeKernel::arrive(std::string_view octets) {
  if (closed_) return;
  arrived_.append(octets);
  events_ |= EPOLLIN;
}

void FakeKernel::finish() {
  finished_ = true;
  events_ |= EPOLLIN | EPOLLRDHUP;
}

long FakeKernel::recv(char* into, std::size_t size) {
  ++calls_.recv;
  const std::size_t there = std::min(size, arrived_.size() - read_);
  if (there == 0 && !finished_) {
    errno = EAGAIN;
    return -1;
  }
  std::memcpy(into, arrived_.data() + read_, there);
  read_ += there;
  if (read_ == arrived_.size()) {
    arrived_.clear();
    read_ = 0;
  }
  return static_cast<long>(there);
}

long FakeKernel::send(const char* from, std::size_t size) {
  ++calls_.send;
  if (send_room_ == 0) {
    // Room comes with an event of its own.
    send_room_ = send_octets_;
    events_ |= EPOLLOUT;
    errno = EAGAIN;
    return -1;
  }
  const std::size_t taken = std::min(size, send_room_);
  sent_.append(from, taken);
  send_room_ -= taken;
  return static_cast<long>(taken);
}

unsigned FakeKernel::take_events() {
  const unsigned events = closed_ ? 0 : events_;
  events_ = 0;
  return events;
}

}  // namespace rollcall::tests

using rollcall::tests::fake_kernel;
using rollcall::tests::FakeKernel;

extern "C" {

ssize_t __real_recv(int socket, void* into, std::size_t size, int flags);
ssize_t __real_send(int socket, const void* from, std::size_t size, int flags);
int __real_shutdown(int socket, int how);
int __real_close(int descriptor);
int __real_epoll_ctl(int set, int operation, int descriptor, epoll_event* event);
int __real_epoll_wait(int set, epoll_event* events, int count, int timeout);

ssize_t __wrap_recv(int socket, void* into, std::size_t size, int flags) {
  if (socket != FakeKernel::socket) return __real_recv(socket, into, size, flags);
  return fake_kernel().recv(static_cast<char*>(into), size);
}

ssize_t __wrap_send(int socket, const void* from, std::size_t size, int flags) {
  if (socket != FakeKernel::socket) return __real_send(socket, from, size, flags);
  return fake_kernel().send(static_cast<const char*>(from), size);
}

int __wrap_shutdown(int socket, int how) {
  return socket == FakeKernel::socket ? 0 : __real_shutdown(socket, how);
}

int __wrap_close(int descriptor) {
  if (descriptor != FakeKernel::socket) return __real_close(descriptor);
  fake_kernel().close();
  return 0;
}

int __wrap_epoll_ctl(int set, int operation, int descriptor, epoll_event* event) {
  if (descriptor != FakeKernel::socket) {
    return __real_epoll_ctl(set, operation, descriptor, event);
  }
  rollcall::tests::ready_set = set;
  rollcall::tests::ready_data = event->data;
  return 0;
}

int __wrap_epoll_wait(int set, epoll_event* events, int count, int timeout) {
  if (set != rollcall::tests::ready_set) return __real_epoll_wait(set, events, count, timeout);
  const unsigned seen = fake_kernel().take_events();
  if (seen == 0) return 0;
  events->events = seen;
  events->data = rollcall::tests::ready_data;
  return 1;
}

/// The Date field must not depend on when an input is run.
std::time_t __wrap_time(std::time_t* into) {
  constexpr std::time_t fixed = 784'111'777;
  if (into != nullptr) *into = fixed;
  return fixed;
}
}
