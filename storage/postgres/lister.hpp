#pragma once

#include <deque>
#include <functional>

#include "storage/postgres/inbox.hpp"
#include "storage/postgres/link.hpp"

namespace rollcall::storage::postgres {

/// What is asked of a ListQueue, in its order.
struct ListOrder {
  Pending<ListOperation> list{};
  /// Instead: nobody waits any more for this operation, which came before and may be completed.
  const Operation* cancelled = nullptr;
};

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
  /// Ends it, if it waits here.
  void cancel(const Operation* operation);
  void give_up_all();

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
  /// Ends it, and with it the connection, if it is under way here.
  void cancel(const Operation* operation, Clock::time_point now);
  void give_up_all(Clock::time_point now);

  /// lend() would send.
  bool can_be_lent() const noexcept { return is_idle() && link_.is_up(); }
  /// Sends something else, if nothing is under way: `take` gets the results if it was done.
  bool lend(const Script& script, Clock::time_point now,
            std::function<void(std::span<const Result>)> take);

 private:
  enum class State : std::uint8_t { idle, listing, lent };
  void end(Link::Reply reply);
  void break_off(Status status, Clock::time_point now);

  Link& link_;
  ListQueue& queue_;
  State state_ = State::idle;
  Pending<ListOperation> list_;
  std::function<void(std::span<const Result>)> take_;
  Script script_;
  Clock::time_point sent_{};
};

}  // namespace rollcall::storage::postgres
