#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <variant>

namespace rollcall::server {

/// A listening socket with a thread of its own, so that who asks there is answered whatever the I/O
/// threads do. At most max_admin_connections at a time; one more is closed at once.
class SideListener {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  /// Where to listen: on an address, or on a descriptor that listens already.
  using Where = std::variant<Endpoint, int>;
  /// Counts a connection as long as it lives. The last that a connection destroys.
  using Place = std::shared_ptr<void>;
  /// Called on the thread.
  using OnAccept = std::function<void(boost::asio::ip::tcp::socket, Place)>;

  /// Binds, if it is not given a descriptor, which it takes over, and accepts. Throws
  /// boost::system::system_error, or std::system_error if there is no thread for it.
  SideListener(const Where& where, OnAccept on_accept);
  /// Cuts its connections.
  ~SideListener();
  SideListener(const SideListener&) = delete;
  SideListener& operator=(const SideListener&) = delete;

  /// The address, with the port that the kernel chose for port 0.
  Endpoint endpoint() const noexcept { return endpoint_; }

 private:
  void open(const Where& where);
  void run();
  void accept();
  void pause();

  OnAccept on_accept_;
  std::size_t connections_ = 0;  ///< On the thread. Before context_, whose end ends them.
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  Endpoint endpoint_;
  std::thread thread_;  ///< Last: it uses all of the above.
};

}  // namespace rollcall::server
