#include "storage/postgres/finder.hpp"

#include <unordered_map>

#include "storage/postgres/looked.hpp"
#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {

void Finder::add(const Pending<FindOperation>& find) {
  if (waiting_.size() >= max_pending_finds) return find.finish(Status::queue_full);
  waiting_.push_back(find);
}

void Finder::step(Clock::time_point now) {
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
  if (!asked_.empty() && now - sent_ > max_wait) {
    link_.lose_silent(now);
    ask_again();
  }
  while (!waiting_.empty() && now - waiting_.front().since > max_wait) {
    waiting_.front().finish(Status::unavailable);
    waiting_.pop_front();
  }
  if (asked_.empty() && link_.is_up() && !waiting_.empty()) ask(now);
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
  waiting_.insert(waiting_.begin(), asked_.begin(), asked_.end());
  asked_.clear();
}

void Finder::answer() {
  const Result& result = link_.results()[0];
  std::unordered_map<UserId, int> rows;
  for (int row = 0; row < result.rows(); ++row) {
    rows[static_cast<UserId>(result.integer(row, 0))] = row;
  }
  for (const auto& each : asked_) {
    const auto found = rows.find(each.operation->id);
    if (found != rows.end()) each.operation->user.assign(user_in(result, found->second));
    each.finish(found == rows.end() ? Status::not_found : Status::ok);
  }
  asked_.clear();
}

}  // namespace rollcall::storage::postgres
