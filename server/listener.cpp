#include "server/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "server/connection/plain_transport.hpp"
#include "server/limits.hpp"

namespace rollcall::server {
namespace {

/// The fate of a connection that was in the queue, as accept(2) has them: the next one may do.
bool is_of_one_connection(int error) noexcept {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

}  // namespace

Listener::Listener(boost::asio::io_context& context, const Endpoint& endpoint, OnAccept on_accept)
    : acceptor_(context.get_executor()),
      pause_(context.get_executor()),
      on_accept_(std::move(on_accept)) {
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor_.set_option(boost::asio::ip::v6_only(true));
  // Accepted sockets have it too. Otherwise the kernel takes megabytes for a slow reader and then
  // nothing for long, which looks like one that reads nothing.
  const int unsent = max_kernel_unsent_octets;
  ::setsockopt(acceptor_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  acceptor_.bind(endpoint);
}

void Listener::listen() {
  acceptor_.listen(listen_backlog);
  acceptor_.non_blocking(true);
  wait();
}

void Listener::close() {
  accept_waiting();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void Listener::wait() {
  acceptor_.async_wait(boost::asio::socket_base::wait_read,
                       [this](boost::system::error_code error) {
                         if (!error && acceptor_.is_open()) accept_all();
                       });
}

void Listener::accept_all() {
  const int cause = accept_waiting();
  cause == EAGAIN ? wait() : pause(cause);
}

/// Until there is none, EAGAIN, or until something is missing: what errno says.
int Listener::accept_waiting() {
  for (;;) {
    const int socket =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      on_accept_(std::make_unique<PlainTransport>(socket));
    } else if (!is_of_one_connection(errno)) {
      return errno;
    }
  }
}

/// What is missing, a descriptor for one, is missing for the next connection too. They stay in the
/// queue, so waiting for the socket would spin (accept(2)).
void Listener::pause(int cause) {
  if (failed_.is_due(system_clock().now())) {
    std::fprintf(stderr, "rollcall: can't accept connections: %s; trying again\n",
                 std::generic_category().message(cause).c_str());
  }
  pause_.expires_after(accept_pause);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error && acceptor_.is_open()) accept_all();
  });
}

}  // namespace rollcall::server
