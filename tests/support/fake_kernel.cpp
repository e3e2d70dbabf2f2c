#include "tests/support/fake_kernel.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace rollcall::tests {

int FakeKernel::open(std::size_t send_octets) {
  sockets_.emplace_back(send_octets);
  return first_socket + static_cast<int>(sockets_.size()) - 1;
}

FakeSocket::FakeSocket(std::size_t send_octets) noexcept
    : send_octets_(send_octets), send_room_(send_octets), events_(EPOLLOUT) {}

void FakeSocket::arrive(std::string_view octets) {
  if (closed_) return;
  arrived_.append(octets);
  events_ |= EPOLLIN;
}

void FakeSocket::set_reading(bool reading) noexcept {
  reading_ = reading;
  if (reading) events_ |= EPOLLOUT;
}

void FakeSocket::finish() noexcept {
  finished_ = true;
  events_ |= EPOLLIN | EPOLLRDHUP;
}

long FakeSocket::recv(char* into, std::size_t size) noexcept {
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

long FakeSocket::send(const char* from, std::size_t size) {
  if (reset_) {
    errno = ECONNRESET;
    return -1;
  }
  if (!reading_) {
    errno = EAGAIN;
    return -1;
  }
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

unsigned FakeSocket::take_events() noexcept {
  const unsigned events = closed_ ? 0 : events_;
  events_ = 0;
  return events;
}

}  // namespace rollcall::tests

using rollcall::tests::fake_kernel;
using rollcall::tests::FakeKernel;
using rollcall::tests::FakeSocket;

namespace {

int ready_set = -1;  ///< The epoll set that the sockets stand in.

}  // namespace

extern "C" {

ssize_t __real_recv(int socket, void* into, std::size_t size, int flags);
ssize_t __real_send(int socket, const void* from, std::size_t size, int flags);
int __real_shutdown(int socket, int how);
int __real_close(int descriptor);
int __real_epoll_ctl(int set, int operation, int descriptor, epoll_event* event);
int __real_epoll_wait(int set, epoll_event* events, int count, int timeout);

ssize_t __wrap_recv(int socket, void* into, std::size_t size, int flags) {
  if (!FakeKernel::has(socket)) return __real_recv(socket, into, size, flags);
  ++fake_kernel().calls().recv;
  return fake_kernel().at(socket).recv(static_cast<char*>(into), size);
}

ssize_t __wrap_send(int socket, const void* from, std::size_t size, int flags) {
  if (!FakeKernel::has(socket)) return __real_send(socket, from, size, flags);
  ++fake_kernel().calls().send;
  return fake_kernel().at(socket).send(static_cast<const char*>(from), size);
}

int __wrap_shutdown(int socket, int how) {
  return FakeKernel::has(socket) ? 0 : __real_shutdown(socket, how);
}

int __wrap_close(int descriptor) {
  if (!FakeKernel::has(descriptor)) return __real_close(descriptor);
  fake_kernel().at(descriptor).close();
  return 0;
}

int __wrap_epoll_ctl(int set, int operation, int descriptor, epoll_event* event) {
  if (!FakeKernel::has(descriptor)) return __real_epoll_ctl(set, operation, descriptor, event);
  ready_set = set;
  ++fake_kernel().calls().epoll;
  fake_kernel().at(descriptor).watch(event->data.ptr);
  return 0;
}

int __wrap_epoll_wait(int set, epoll_event* events, int count, int timeout) {
  if (set != ready_set) return __real_epoll_wait(set, events, count, timeout);
  ++fake_kernel().calls().epoll;
  int ready = 0;
  for (FakeSocket& each : fake_kernel().sockets()) {
    const unsigned seen = ready < count ? each.take_events() : 0;
    if (seen == 0) continue;
    events[ready].events = seen;
    events[ready++].data.ptr = each.owner();
  }
  return ready;
}

/// The Date field must not depend on when an input is run.
std::time_t __wrap_time(std::time_t* into) {
  constexpr std::time_t fixed = 784'111'777;
  if (into != nullptr) *into = fixed;
  return fixed;
}
}
