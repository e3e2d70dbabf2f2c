#include "storage/postgres/lister.hpp"

#include <algorithm>
#include <utility>

#include "storage/postgres/list_sql.hpp"

namespace rollcall::storage::postgres {

void ListQueue::add(const Pending<ListOperation>& list) {
  if (waiting_.size() >= max_pending_lists) return list.finish(Status::queue_full);
  waiting_.push_back(list);
}

bool ListQueue::take(Pending<ListOperation>& list) {
  if (waiting_.empty()) return false;
  list = waiting_.front();
  waiting_.pop_front();
  return true;
}

void ListQueue::expire(Clock::time_point now) {
  while (!waiting_.empty() && now - waiting_.front().since > max_wait) {
    waiting_.front().finish(Status::unavailable);
    waiting_.pop_front();
  }
}

void ListQueue::cancel(const Operation* operation) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const auto& each) { return each.operation == operation; });
  if (found == waiting_.end()) return;
  found->finish(Status::cancelled);
  waiting_.erase(found);
}

void ListQueue::give_up_all() {
  for (const auto& each : waiting_) each.finish(Status::unavailable);
  waiting_.clear();
}

void Lister::step(Clock::time_point now, bool unique_emails, bool may_take) {
  if (const Link::Reply reply = link_.collect(); reply != Link::Reply::none) end(reply);
  if (state_ != State::idle && now - sent_ > max_list_time + max_wait) {
    link_.lose("the database did not answer in time", now);
    end(Link::Reply::failed);
  }
  if (!may_take || state_ != State::idle || !link_.is_up() || !queue_.take(list_)) return;
  script_.clear();
  write_listing(list_.operation->request, unique_emails, script_);
  sent_ = now;
  state_ = State::listing;
  link_.send(script_);
}

void Lister::end(Link::Reply reply) {
  switch (std::exchange(state_, State::idle)) {
    case State::idle:
      return;
    case State::lent:
      if (reply == Link::Reply::committed) take_(link_.results());
      return;
    case State::listing:
      break;
  }
  if (reply == Link::Reply::lost) return queue_.put_back(list_);
  if (reply == Link::Reply::failed) return list_.finish(Status::io_error);
  take_listing(link_.results(), *list_.operation);
  list_.finish(list_.operation->status);
}

/// The database would go on: set_up_lists() has it notice that the connection is gone.
void Lister::break_off(Status status, Clock::time_point now) {
  state_ = State::idle;
  link_.lose("a listing was broken off", now);
  list_.finish(status);
}

void Lister::cancel(const Operation* operation, Clock::time_point now) {
  if (state_ == State::listing && list_.operation == operation) break_off(Status::cancelled, now);
}

void Lister::give_up_all(Clock::time_point now) {
  if (state_ == State::listing) break_off(Status::unavailable, now);
}

bool Lister::lend(const Script& script, Clock::time_point now,
                  std::function<void(std::span<const Result>)> take) {
  if (!can_be_lent()) return false;
  take_ = std::move(take);
  sent_ = now;
  state_ = State::lent;
  link_.send(script);
  return true;
}

}  // namespace rollcall::storage::postgres
