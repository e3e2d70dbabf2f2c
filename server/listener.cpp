#include "server/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <utility>

#include "server/connection/plain_transport.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

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
  for (;;) {
    const int socket =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      on_accept_(std::make_unique<PlainTransport>(socket));
    } else if (errno == EAGAIN) {
      return wait();
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The connection stays in the queue, so waiting for the socket would spin (accept(2)).
      return pause();
    }
    // Anything else is the fate of that one connection: ECONNABORTED, EPROTO, EPERM, …
  }
}

void Listener::pause() {
  pause_.expires_after(accept_pause);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error && acceptor_.is_open()) accept_all();
  });
}

}  // namespace rollcall::server
