#include "server/ready_set.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace rollcall::server {

EpollSet::EpollSet() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

EpollSet::~EpollSet() { ::close(epoll_); }

bool EpollSet::add(int descriptor, void* owner) noexcept {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = owner;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EpollSet::remove(int descriptor) noexcept {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const epoll_event> EpollSet::poll() noexcept {
  const int count = ::epoll_wait(epoll_, events_.data(), max_ready_a_turn, 0);
  return {events_.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
}

}  // namespace rollcall::server
