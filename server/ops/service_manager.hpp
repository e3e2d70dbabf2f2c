#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <string>

#include "server/clock.hpp"

namespace rollcall::server {

/// Tells systemd, or whoever else started the program and listens at NOTIFY_SOCKET, how it is doing
/// (sd_notify(3)). Does nothing if nobody does. Own code, since libsystemd would bring a dozen
/// libraries into every process for one datagram. One thread.
class ServiceManager {
 public:
  /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment.
  explicit ServiceManager(boost::asio::io_context& context);

  /// The store is being loaded, and has so many users by now: it may take longer. Said once a
  /// second at most.
  void loading(std::uint64_t users, Clock::time_point now);
  /// Connections are accepted from now on.
  void ready();
  /// A stop has begun, and ends within `most`.
  void stopping(std::chrono::milliseconds most);
  /// Every I/O thread has turned at `turned` or later. Keeps the watchdog quiet, if there is one
  /// and they have turned since it was last called.
  void alive(Clock::time_point turned, Clock::time_point now);

 private:
  void tell(const std::string& state);

  boost::asio::local::datagram_protocol::socket socket_;
  boost::asio::local::datagram_protocol::endpoint manager_;
  std::chrono::microseconds watchdog_{0};  ///< 0: there is none.
  Clock::time_point next_progress_{};
  Clock::time_point last_alive_{};
};

}  // namespace rollcall::server
