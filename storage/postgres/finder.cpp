#include "storage/postgres/finder.hpp"

#include <algorithm>

#include "storage/postgres/looked.hpp"
#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {

void Finder::add(const Pending<FindOperation>& find) {
  if (waiting_.size() >= max_pending_finds) return find.finish(Status::queue_full);
  waiting_.push_back(find);
}

void Finder::receive() {
  switch (link_.collect()) {
    case Link::Reply::none:
      break;
    case Link::Reply::committed:
      answer();
      break;
    case Link::Reply::failed:
      for (const auto& each : asked_) each.finish(Status::io_error);
      asked_.clear();
      break;
    case Link::Reply::lost:
      ask_again();
      break;
  }
}

void Finder::step(Clock::time_point now) {
  if (!asked_.empty() && now - sent_ > max_wait) {
    link_.lose_silent(now);
    ask_again();
  }
  while (!waiting_.empty() && now - waiting_.front().since > max_wait) {
    waiting_.front().finish(Status::unavailable);
    waiting_.pop_front();
  }
  if (could_begin() && waits()) ask(now);
}

void Finder::give_up_all(Clock::time_point now) {
  if (!asked_.empty()) link_.lose("the program ends", now);
  ask_again();
  for (const auto& each : waiting_) each.finish(Status::unavailable);
  waiting_.clear();
}

void Finder::ask(Clock::time_point now) {
  script_.clear();
  Array& ids = script_.array(Array::Of::integers);
  while (!waiting_.empty() && asked_.size() < max_finds) {
    ids.add(static_cast<std::int64_t>(waiting_.front().operation->id));
    asked_.push_back(waiting_.front());
    waiting_.pop_front();
  }
  script_.add(sql().users).add(ids);
  sent_ = now;
  link_.send(script_);
}

void Finder::ask_again() {
  waiting_.put_back(asked_);
  asked_.clear();
}

void Finder::answer() {
  const Result& result = link_.results()[0];
  rows_.clear();
  for (int row = 0; row < result.rows(); ++row) {
    rows_.push_back({static_cast<UserId>(result.integer(row, 0)), row});
  }
  if (!std::is_sorted(rows_.begin(), rows_.end())) std::sort(rows_.begin(), rows_.end());
  for (const auto& each : asked_) {
    const UserId id = each.operation->id;
    const auto found = std::lower_bound(rows_.begin(), rows_.end(), Row{id, 0});
    if (found == rows_.end() || found->id != id) {
      each.finish(Status::not_found);
      continue;
    }
    each.operation->user.assign(user_in(result, found->place));
    each.finish(Status::ok);
  }
  asked_.clear();
}

}  // namespace rollcall::storage::postgres
