#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "protocol/http/proxy_header.hpp"
#include "server/clock.hpp"
#include "server/connection/close_reason.hpp"
#include "server/connection/plain_transport.hpp"
#include "server/limits.hpp"
#include "server/proxy_rules.hpp"

namespace rollcall::server {

/// Where connections wait until their proxy has said whom it speaks for. What is behind the PROXY
/// header stays in the socket. One that sends something else, or no header within
/// proxy_header_time, is closed. On one thread.
class ProxyGate {
 public:
  struct Told {
    /// Its header is read, or it has none to wait for.
    std::function<void(std::unique_ptr<Transport>)> passed;
    /// It is closed.
    std::function<void(CloseReason)> closed;
  };

  /// At most `most` connections wait, which is not 0: for one more the one that has waited longest
  /// is closed. `rules` must outlive this.
  ProxyGate(boost::asio::io_context& context, const ProxyRules& rules, std::size_t most, Told told);

  void take(std::unique_ptr<PlainTransport> transport);
  std::size_t waiting() const noexcept { return waiting_.size(); }
  /// The server stops: from now on they have first_request_time only.
  void hurry() noexcept { patience_ = first_request_time; }

 private:
  struct Waiting {
    Waiting(boost::asio::io_context& context, std::unique_ptr<PlainTransport> of,
            protocol::ProxyVersions versions, Clock::time_point now)
        : descriptor(context), transport(std::move(of)), header(versions), since(now) {}
    /// The transport closes it.
    ~Waiting() { descriptor.release(); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    boost::asio::posix::stream_descriptor descriptor;
    std::unique_ptr<PlainTransport> transport;
    protocol::ProxyHeaderReader header;
    const Clock::time_point since;
  };
  /// In the order in which they came.
  using Number = std::uint64_t;

  void wait(Number number);
  void read(Number number);
  void pass(Number number);
  void close(Number number, CloseReason why);
  void watch_time();

  boost::asio::io_context& context_;
  const ProxyRules& rules_;
  const std::size_t most_;
  const Told told_;
  std::map<Number, Waiting> waiting_;
  Number last_ = 0;
  boost::asio::steady_timer tick_;
  std::chrono::milliseconds patience_ = proxy_header_time;
};

}  // namespace rollcall::server
