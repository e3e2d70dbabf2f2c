#include "server/proxy_gate.hpp"

#include <array>
#include <tuple>
#include <utility>

namespace rollcall::server {

using Progress = protocol::ProxyHeaderReader::Progress;

ProxyGate::ProxyGate(boost::asio::io_context& context, const ProxyRules& rules, std::size_t most,
                     Told told)
    : context_(context), rules_(rules), most_(most), told_(std::move(told)), tick_(context) {}

void ProxyGate::take(std::unique_ptr<PlainTransport> transport) {
  if (!rules_.apply_to(transport->peer())) return told_.passed(std::move(transport));
  if (waiting_.size() == most_) close(waiting_.begin()->first, CloseReason::proxy_header_timeout);
  const Number number = ++last_;
  const int descriptor = transport->descriptor();
  Waiting& added = waiting_
                       .emplace(std::piecewise_construct, std::forward_as_tuple(number),
                                std::forward_as_tuple(context_, std::move(transport),
                                                      *rules_.versions, system_clock().now()))
                       .first->second;
  if (waiting_.size() == 1) watch_time();
  boost::system::error_code error;
  added.descriptor.assign(descriptor, error);
  if (error) return close(number, CloseReason::reset);
  // Nearly always the header has come with the connection.
  read(number);
}

void ProxyGate::wait(Number number) {
  waiting_.at(number).descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                            [this, number](boost::system::error_code error) {
                                              if (!error && waiting_.contains(number)) read(number);
                                            });
}

/// Takes of the socket what belongs to the header, and no more.
void ProxyGate::read(Number number) {
  Waiting& waiting = waiting_.at(number);
  std::array<char, protocol::max_proxy_header_octets> buffer;
  for (;;) {
    const Transport::Result seen = waiting.transport->peek(buffer.data(), buffer.size());
    if (seen.outcome == Transport::Outcome::broken) return close(number, CloseReason::reset);
    if (seen.outcome == Transport::Outcome::ended) return close(number, CloseReason::client);
    if (seen.octets == 0) return wait(number);
    const auto result = waiting.header.read({buffer.data(), seen.octets});
    if (result.progress == Progress::malformed) return close(number, CloseReason::bad_proxy_header);
    waiting.transport->read(buffer.data(), result.consumed);
    if (result.progress == Progress::done) return pass(number);
  }
}

void ProxyGate::pass(Number number) {
  Waiting& waiting = waiting_.at(number);
  if (const auto& source = waiting.header.source()) waiting.transport->set_peer(*source);
  waiting.descriptor.release();
  std::unique_ptr<PlainTransport> transport = std::move(waiting.transport);
  waiting_.erase(number);
  if (waiting_.empty()) tick_.cancel();
  told_.passed(std::move(transport));
}

void ProxyGate::close(Number number, CloseReason why) {
  // Its client sees the end when all else is done.
  const auto closed = waiting_.extract(number);
  if (waiting_.empty()) tick_.cancel();
  told_.closed(why);
}

void ProxyGate::watch_time() {
  tick_.expires_after(tick);
  tick_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    const Clock::time_point now = system_clock().now();
    while (!waiting_.empty() && now - waiting_.begin()->second.since >= patience_) {
      close(waiting_.begin()->first, CloseReason::proxy_header_timeout);
    }
    if (!waiting_.empty()) watch_time();
  });
}

}  // namespace rollcall::server
