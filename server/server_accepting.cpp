#include <utility>

#include "server/server.hpp"

/// Who is accepted.
namespace rollcall::server {

Listener::Taker Server::taker() {
  return {[this](std::unique_ptr<PlainTransport> transport) { gate_.take(std::move(transport)); },
          [this] { metrics_.dropped_waiting(); }, [this] { return accept_load(); },
          options_.queue_delay};
}

AcceptPace::Load Server::accept_load() const {
  const IoThread& next = least_busy();
  const TurnLag& lag = next.lag();
  return {lag.now(), next.handed_over(), lag.each(), lag.commit()};
}

}  // namespace rollcall::server
