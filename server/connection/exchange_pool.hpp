#pragma once

#include <cstddef>
#include <memory>
#include <variant>

#include "server/connection/exchange.hpp"
#include "server/pool.hpp"

namespace rollcall::server {

/// The exchanges of one thread, lent and kept for reuse. Not thread-safe.
class ExchangePool {
 public:
  /// One of any kind, which is not the answer to a Caller.
  Exchange& take(ExchangeOwner& owner, const RequestFacts& request) {
    Exchange& exchange = take(owner);
    exchange.request = request;
    exchange.request.caller = nullptr;
    return exchange;
  }
  /// The same, whose `request` the caller sets.
  Exchange& take(ExchangeOwner& owner) {
    ++lent_;
    Exchange& exchange = *pool_.take().release();
    exchange.owner = &owner;
    exchange.next = nullptr;
    exchange.stage = Exchange::Stage::in_store;
    return exchange;
  }
  /// The exchange ends, and with it what it had on the heap.
  void give_back(Exchange& exchange);
  /// How many are lent.
  std::size_t lent() const noexcept { return lent_; }
  /// See Pool::shrink().
  void shrink() noexcept { pool_.shrink(); }

 private:
  Pool<Exchange> pool_;
  std::size_t lent_ = 0;
};

inline void ExchangePool::give_back(Exchange& exchange) {
  --lent_;
  if (auto* const write = std::get_if<Write>(&exchange.what)) {
    if (write->has_more()) write->drop_more();
  } else if (!exchange.is_line()) {
    exchange.become<Write>();
  }
  pool_.give_back(std::unique_ptr<Exchange>(&exchange));
}

}  // namespace rollcall::server
