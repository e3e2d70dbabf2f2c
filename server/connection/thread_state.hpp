#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "server/admission.hpp"
#include "server/buffers.hpp"
#include "server/clock.hpp"
#include "server/connection/answer_hooks.hpp"
#include "server/connection/exchange_pool.hpp"
#include "server/connection/intake.hpp"
#include "server/connection/transport.hpp"
#include "server/connection/trusted_proxies.hpp"
#include "server/http_date.hpp"
#include "server/limits.hpp"
#include "server/ops/health.hpp"
#include "server/overload.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

class Connection;

/// How far the end of serving has come, in the order in which it comes.
enum class Ending : std::uint8_t {
  none,
  draining,         ///< An answer closes its connection if nothing has come behind its request.
  stopping,         ///< And connections without a request are closed.
  uploads_stopped,  ///< And uploads are read no further.
};

/// What the connections of one thread have in common, and what they ask of its loop, which is
/// IoThread's. One thread.
struct ThreadState {
  ThreadState(const Health& of, const Timeouts& times, std::chrono::milliseconds queue_delay)
      : health(of), timeouts(times), overload(queue_delay) {}
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;

  void give_back(Exchange& exchange) {
    if (std::holds_alternative<List>(exchange.what)) admission.end_listing();
    exchanges.give_back(exchange);
  }

  /// The store has completed what it was asked for.
  void done(Exchange& exchange) {
    exchange.stage = Exchange::Stage::done;
    if (exchange.owner != nullptr) return exchange.owner->on_done();
    auto* const key = std::get_if<UploadKey>(&exchange.what);
    if (key == nullptr || !key->is_open()) return give_back(exchange);
    // Its connection has gone meanwhile.
    key->close(key->idempotency_key.upload);
    write_behind(*key);
  }

  /// A write that no event has brought. The turn may have been submitted by now: there is one more,
  /// or the write would wait for the next event.
  void write_behind(storage::WriteOperation& operation) {
    session->write(operation);
    store_works = true;
  }

  /// What can wait, such as a stream, may add to the store's queue.
  bool has_room() const noexcept {
    return session->has_room() && overload.has_room(session->pending_writes());
  }

  /// For the requests of a peer.
  const protocol::Site* site_of(const Transport& transport) const noexcept {
    const bool trusted = proxies != nullptr && proxies->trust(transport.peer());
    return trusted ? &proxies->site : site;
  }

  const Health& health;
  storage::Session* session = nullptr;
  const Timeouts timeouts;
  const protocol::Site* site = nullptr;     ///< Null: nothing of it is set.
  const TrustedProxies* proxies = nullptr;  ///< Null: no peer is trusted.
  AnswerHooks hooks;

  // The turn.
  Clock::time_point now{};
  HttpDate date;
  Ending ending = Ending::none;

  // Shared, and lent.
  /// Where a connection without octets of its own receives; contents last until the next read.
  std::array<char, receive_octets> receive_buffer;
  Buffers buffers;
  Pool<IncomingRequest> requests;
  ExchangePool exchanges;
  Admission admission;
  Overload overload;
  std::size_t upload_result_octets = 0;  ///< UploadResults::octets() of all uploads.

  // Asked of the loop.
  std::vector<Connection*> dirty;    ///< finish_turn() is to be called when this turn ends.
  std::vector<Connection*> resumed;  ///< resume() is to be called in the next turn.
  std::vector<Connection*> closed;   ///< To be destroyed when this turn has ended.
  bool store_works = false;          ///< Session::end_turn() has more to do.
};

}  // namespace rollcall::server
