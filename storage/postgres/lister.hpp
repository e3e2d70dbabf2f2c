#pragma once

#include <deque>
#include <functional>

#include "storage/postgres/inbox.hpp"
#include "storage/postgres/link.hpp"

namespace rollcall::storage::postgres {

/// Listings that wait for one of the connections that make them, one at a time each. The loop's
/// thread.
class ListQueue {
 public:
  /// One more than max_pending_lists is refused.
  void add(const Pending<ListOperation>& list);
  bool take(Pending<ListOperation>& list);
  void put_back(const Pending<ListOperation>& list) { waiting_.push_front(list); }
  bool empty() const noexcept { return waiting_.empty(); }
  void expire(Clock::time_point now);

 private:
  std::deque<Pending<ListOperation>> waiting_;
};

/// One of those connections. Between two listings it may do something else.
class Lister {
 public:
  /// The references must outlive it.
  Lister(Link& link, ListQueue& queue) noexcept : link_(link), queue_(queue) {}

  /// `unique_emails`: see write_listing(). Takes a listing of the queue only if it `may_take`.
  void step(Clock::time_point now, bool unique_emails, bool may_take);
  bool is_idle() const noexcept { return state_ == State::idle; }

  /// Sends something else, if nothing is under way: `take` gets the results if it was done.
  bool lend(const Script& script, Clock::time_point now,
            std::function<void(std::span<const Result>)> take);

 private:
  enum class State : std::uint8_t { idle, listing, lent };
  void end(Link::Reply reply);

  Link& link_;
  ListQueue& queue_;
  State state_ = State::idle;
  Pending<ListOperation> list_;
  std::function<void(std::span<const Result>)> take_;
  Script script_;
  Clock::time_point sent_{};
};

}  // namespace rollcall::storage::postgres
