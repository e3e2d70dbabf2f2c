#include "tests/support/memory_network.hpp"

#include <algorithm>
#include <cstring>

namespace rollcall::tests {
namespace {

using server::Transport;

class MemoryTransport final : public Transport {
 public:
  MemoryTransport(MemorySocket& socket, int descriptor) noexcept
      : socket_(&socket), descriptor_(descriptor) {}
  ~MemoryTransport() override { close(Close::deliver); }

  int descriptor() const noexcept override { return descriptor_; }
  server::Readiness on_ready(std::uint32_t events) noexcept override {
    const bool ending = (events & EPOLLRDHUP) != 0;
    const bool gone = (events & EPOLLHUP) != 0;
    return {ending || (events & EPOLLIN) != 0, (events & EPOLLOUT) != 0, ending, gone};
  }
  std::chrono::milliseconds octets_age() const noexcept override { return socket_->age(); }
  Result read(char* into, std::size_t room) noexcept override { return socket_->read(into, room); }
  Result write(std::string_view octets) noexcept override { return socket_->write(octets); }
  void shutdown() noexcept override { socket_->shutdown(); }
  bool is_delivered() const noexcept override { return socket_->is_delivered(); }
  void close(Close how) noexcept override {
    if (descriptor_ < 0) return;
    descriptor_ = -1;
    socket_->close(how);
  }

 private:
  MemorySocket* const socket_;
  int descriptor_;
};

}  // namespace

MemorySocket::MemorySocket(std::size_t write_octets, NetworkCalls& calls) noexcept
    : calls_(calls), write_octets_(write_octets), write_room_(write_octets), events_(EPOLLOUT) {}

void MemorySocket::arrive(std::string_view octets) {
  if (closed_) return;
  arrived_.append(octets);
  events_ |= EPOLLIN;
}

void MemorySocket::set_reading(bool reading) noexcept {
  reading_ = reading;
  if (reading) events_ |= EPOLLOUT;
}

void MemorySocket::read_only(std::size_t octets) noexcept {
  set_reading(true);
  write_octets_ = 0;
  write_room_ = octets;
}

void MemorySocket::finish() noexcept {
  finished_ = true;
  events_ |= EPOLLIN | EPOLLRDHUP;
}

void MemorySocket::vanish() noexcept {
  reset_ = true;
  events_ |= EPOLLIN | EPOLLRDHUP | EPOLLHUP;
}

Transport::Result MemorySocket::read(char* into, std::size_t room) noexcept {
  ++calls_.reads;
  const std::size_t there = std::min(room, arrived_.size() - read_);
  if (there == 0) return {0, finished_ ? Transport::Outcome::ended : Transport::Outcome::wait};
  std::memcpy(into, arrived_.data() + read_, there);
  read_ += there;
  if (read_ == arrived_.size()) {
    arrived_.clear();
    read_ = 0;
  }
  const bool more = there == room || finished_;
  return {there, more ? Transport::Outcome::again : Transport::Outcome::wait};
}

Transport::Result MemorySocket::write(std::string_view octets) {
  ++calls_.writes;
  if (reset_) return {0, Transport::Outcome::broken};
  if (!reading_) return {0, Transport::Outcome::wait};
  if (write_room_ == 0) {
    // Room comes with an event of its own.
    write_room_ = write_octets_;
    if (write_room_ > 0) events_ |= EPOLLOUT;
    return {0, Transport::Outcome::wait};
  }
  const std::size_t taken = std::min(octets.size(), write_room_);
  sent_.append(octets.data(), taken);
  write_room_ -= taken;
  return {taken, Transport::Outcome::again};
}

void MemorySocket::close(Transport::Close how) noexcept {
  closed_ = true;
  discarded_ = how == Transport::Close::discard;
}

unsigned MemorySocket::take_events() noexcept {
  const unsigned events = closed_ ? 0 : events_;
  events_ = 0;
  return events;
}

std::unique_ptr<Transport> MemoryNetwork::open(std::size_t write_octets) {
  const int descriptor = static_cast<int>(sockets_.size());
  return std::make_unique<MemoryTransport>(sockets_.emplace_back(write_octets, calls_), descriptor);
}

bool MemoryNetwork::add(int descriptor, void* owner) noexcept {
  ++calls_.polls;
  sockets_[static_cast<std::size_t>(descriptor)].watch(owner);
  return true;
}

void MemoryNetwork::remove(int descriptor) noexcept {
  sockets_[static_cast<std::size_t>(descriptor)].watch(nullptr);
}

std::span<const epoll_event> MemoryNetwork::poll() noexcept {
  ++calls_.polls;
  std::size_t ready = 0;
  for (MemorySocket& each : sockets_) {
    if (ready == events_.size()) break;
    const unsigned seen = each.take_events();
    if (seen == 0) continue;
    if (each.owner() == nullptr) {
      each.put_back(seen);
      continue;
    }
    events_[ready].events = seen;
    events_[ready++].data.ptr = each.owner();
  }
  return {events_.data(), ready};
}

}  // namespace rollcall::tests
