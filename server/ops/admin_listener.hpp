#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <thread>

#include "server/ops/admin_requests.hpp"

namespace rollcall::server {

/// Serves AdminDesk over HTTP on an address and a thread of its own, so that it answers whatever
/// the I/O threads do. At most max_admin_connections at a time; one more is closed at once. Each
/// request has admin_timeout to come and to be read.
class AdminListener {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  /// Binds and serves. `desk` must outlive this. Throws boost::system::system_error, or
  /// std::system_error if there is no thread for it.
  AdminListener(const Endpoint& endpoint, AdminDesk& desk);
  /// Cuts its connections.
  ~AdminListener();
  AdminListener(const AdminListener&) = delete;
  AdminListener& operator=(const AdminListener&) = delete;

  /// The address, with the port that the kernel chose for port 0.
  Endpoint endpoint() const noexcept { return endpoint_; }

 private:
  class Connection;

  void run();
  void accept();
  void pause();

  AdminDesk& desk_;
  std::size_t connections_ = 0;  ///< On the thread. Before context_, whose end ends them.
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  Endpoint endpoint_;
  std::thread thread_;  ///< Last: it uses all of the above.
};

}  // namespace rollcall::server
