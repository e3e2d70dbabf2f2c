#pragma once

#include <deque>
#include <vector>

#include "storage/postgres/inbox.hpp"
#include "storage/postgres/link.hpp"

namespace rollcall::storage::postgres {

/// Look-ups by id, over one connection: all that come while a query is under way are the next one.
/// The loop's thread.
class Finder {
 public:
  /// `link` must outlive it.
  explicit Finder(Link& link) noexcept : link_(link) {}

  /// One more than max_pending_finds is refused.
  void add(const Pending<FindOperation>& find);
  void step(Clock::time_point now);
  void give_up_all(Clock::time_point now);
  bool is_idle() const noexcept { return waiting_.empty() && asked_.empty(); }

 private:
  void ask(Clock::time_point now);
  void answer();
  void ask_again();

  Link& link_;
  std::deque<Pending<FindOperation>> waiting_;
  std::vector<Pending<FindOperation>> asked_;
  Script script_;
  Clock::time_point sent_{};
};

}  // namespace rollcall::storage::postgres
