#include "server/connection/plain_transport.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace rollcall::server {

namespace {

/// The address of the peer of `socket`; nothing if it is not an IP address.
std::optional<IpAddress> address_of_peer(int socket) noexcept {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return std::nullopt;
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    IpAddress address{};
    std::memcpy(address.data(), &v6.sin6_addr, address.size());
    return address;
  }
  if (storage.ss_family != AF_INET) return std::nullopt;
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
  return protocol::map_ipv4(reinterpret_cast<const unsigned char*>(&v4.sin_addr));
}

}  // namespace

std::optional<IpAddress> PlainTransport::peer() const noexcept {
  if (!peer_) {
    // Without memory it is asked for again.
    peer_.reset(new (std::nothrow) std::optional<IpAddress>(address_of_peer(socket_)));
    if (!peer_) return address_of_peer(socket_);
  }
  return *peer_;
}

void PlainTransport::set_peer(const IpAddress& peer) {
  peer_ = std::make_unique<std::optional<IpAddress>>(peer);
}

inline Transport::Result PlainTransport::receive(char* into, std::size_t room, int flags) noexcept {
  ssize_t received = 0;
  do {
    received = ::recv(socket_, into, room, MSG_DONTWAIT | flags);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return {0, errno == EAGAIN ? Outcome::wait : Outcome::broken};
  if (received == 0) return {0, Outcome::ended};
  const auto octets = static_cast<std::size_t>(received);
  // Edge-triggered: a short read has emptied the socket (epoll(7), question 9).
  return {octets, octets < room && !ending_ ? Outcome::wait : Outcome::again};
}

Transport::Result PlainTransport::peek(char* into, std::size_t room) noexcept {
  return receive(into, room, MSG_PEEK);
}

std::chrono::milliseconds PlainTransport::octets_age() const noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return std::chrono::milliseconds(info.tcpi_last_data_recv);
}

Readiness PlainTransport::on_ready(std::uint32_t events) noexcept {
  const bool ending = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  ending_ = ending_ || ending;
  const bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
  return {ending || (events & EPOLLIN) != 0, (events & EPOLLOUT) != 0, ending, gone};
}

Transport::Result PlainTransport::read(char* into, std::size_t room) noexcept {
  return receive(into, room, 0);
}

Transport::Result PlainTransport::write(std::string_view octets) noexcept {
  ssize_t sent = 0;
  do {
    sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return {0, errno == EAGAIN ? Outcome::wait : Outcome::broken};
  return {static_cast<std::size_t>(sent), Outcome::again};
}

void PlainTransport::shutdown() noexcept { ::shutdown(socket_, SHUT_WR); }

/// The end counts as an octet (tcp(7), SIOCOUTQ).
bool PlainTransport::is_delivered() const noexcept {
  int unacknowledged = 0;
  return ::ioctl(socket_, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
}

void PlainTransport::close(Close how) noexcept {
  if (socket_ < 0) return;
  const linger at_once{1, 0};
  if (how == Close::discard) {
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(std::exchange(socket_, -1));
}

}  // namespace rollcall::server
