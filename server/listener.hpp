#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "server/connection/transport.hpp"
#include "server/notice.hpp"

namespace rollcall::server {

/// One listening socket. Hands each accepted connection on, with TCP_NODELAY. All calls, and the
/// handler's, on the io_context's thread.
class Listener {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Endpoint = boost::asio::ip::tcp::endpoint;
  using OnAccept = std::function<void(std::unique_ptr<Transport>)>;

  /// Binds, which reserves the address, but accepts no connections yet. Throws
  /// boost::system::system_error.
  Listener(boost::asio::io_context& context, const Endpoint& endpoint, OnAccept on_accept);

  /// Accepts connections from now on. Throws boost::system::system_error.
  void listen();

  /// Accepts what has come until now and no more connections.
  void close();

  /// The address bound, with the port that the kernel chose for port 0.
  Endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  void wait();
  void accept_all();
  int accept_waiting();
  void pause(int cause);

  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      pause_;
  OnAccept on_accept_;
  Notice failed_;
};

}  // namespace rollcall::server
