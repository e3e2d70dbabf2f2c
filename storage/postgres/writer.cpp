#include "storage/postgres/writer.hpp"

#include <algorithm>
#include <utility>

#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {

Writer::Writer(Link& link, const Lane& lane, const WriteBatch::Rules& rules,
               std::chrono::nanoseconds max_linger, Events& events)
    : link_(link),
      events_(events),
      rules_(rules),
      lane_(lane),
      linger_(max_linger),
      batch_(uploads_) {
  users_.store(lane.users, std::memory_order_relaxed);
}

bool Writer::set_up(Connection& connection, std::string& error) {
  if (lane_lost_ && !take_lane(connection, taken_, error)) return false;
  // A standby that was promoted may not know of the latest lease.
  const auto next = static_cast<std::int64_t>(largest_.load(std::memory_order_relaxed) + 1);
  const Result taught = connection.run("UPDATE ids SET next = $1::int8 WHERE next < $1::int8",
                                       Parameters().add(next));
  if (taught.kind() == Result::Kind::done) return true;
  error = taught.kind() == Result::Kind::none ? connection.error() : taught.message();
  return false;
}

void Writer::step(Clock::time_point now) {
  if (!link_.is_busy() && link_.is_up()) go_on(now);
  if (!link_.is_up() && has_sent_nothing()) {
    put_back(batch_.take_back());
    state_ = State::idle;
  }
  if (!link_.is_up()) ids_.drop();
  give_up_late(now);
  expire(now);
  note_health(now);
}

void Writer::go_on(Clock::time_point now) {
  if (lane_lost_) {
    lane_lost_ = false;
    lane_ = taken_;
    users_.store(lane_.users, std::memory_order_relaxed);
  }
  switch (state_) {
    case State::idle:
      begin_batch(now);
      return;
    case State::committing:
      return link_.send(script_);
    case State::asking:
      return ask();
    case State::burning:
      return burn();
    case State::leasing:
    case State::looking:
    case State::confirming:
      break;
  }
}

void Writer::begin_batch(Clock::time_point now) {
  // Those that were put back have waited already.
  if (again_.empty() && linger_.holds(waiting_.size(), now)) return;
  batch_.clear();
  for (auto* const from : {&again_, &waiting_}) {
    while (!from->empty() && batch_.size() < most_) {
      // What loses again and again is not to be tried for ever.
      const bool is_late = from->front().lost && now - from->front().since > max_wait;
      is_late ? expire(from->front()) : batch_.gather(from->front());
      from->pop_front();
    }
  }
  if (batch_.empty()) return;
  attempts_ = 0;
  uncertain_ = false;
  sent_ = now;
  if (ids_.left() < batch_.ids_needed(rules_)) return lease();
  look();
}

/// A lease has a number, as a batch has. So a database that has gone back to before it, where
/// others may have these ids, does not take a batch that is sent again with them.
void Writer::lease() {
  state_ = State::leasing;
  leasing_ = ids_.next_lease(batch_.ids_needed(rules_), Clock::now());
  use_up_number();
  question_.add(sql().lease)
      .add(static_cast<std::int64_t>(leasing_))
      .add(static_cast<std::int64_t>(ids_.largest() + 1));
  link_.send(question_);
}

void Writer::look() {
  batch_.look(looked_, rules_);
  question_.clear();
  looked_.write(question_);
  if (question_.empty()) return commit(Clock::now());
  state_ = State::looking;
  link_.send(question_);
}

void Writer::commit(Clock::time_point now) {
  put_back(batch_.decide(looked_, rules_, ids_));
  if (!batch_.has_effects()) return confirm();
  size_ = batch_.size();
  const bool leases = !rules_.ordered_ids && ids_.is_low();
  leasing_ = leases ? ids_.next_lease(0, now) : 0;
  script_.clear();
  lease_place_ = batch_.write(script_, lane_, lane_.batch + 1, rules_, ids_, leasing_);
  uncertain_ = false;
  sent_ = now;
  state_ = State::committing;
  link_.send(script_);
}

/// A commit that is confirmed says so of all before it, also of those that were looked at while
/// they still waited for the standby.
void Writer::confirm() {
  state_ = State::confirming;
  question_.clear();
  question_.add(sql().bump).add(lane_.number).add(lane_.owner);
  link_.send(question_);
}

void Writer::ask() {
  question_.clear();
  question_.add(sql().bump).add(lane_.number).add(lane_.owner);
  if (!batch_.is_plain()) batch_.write_questions(question_, lane_);
  link_.send(question_);
}

void Writer::burn() {
  use_up_number();
  link_.send(question_);
}

void Writer::use_up_number() {
  question_.clear();
  question_.add(sql().fence).add(lane_.number).add(lane_.batch + 1).add(lane_.owner);
  question_.add(sql().burnt).add(lane_.number);
}

/// Nobody is to wait for ever for what was sent.
void Writer::give_up_late(Clock::time_point now) {
  if (state_ == State::idle || batch_.empty() || now - sent_ < max_in_flight) return;
  give_up_batch(now);
}

void Writer::give_up_all(Clock::time_point now) {
  for (auto* const from : {&again_, &waiting_}) {
    for (const PendingWrite& each : *from) expire(each);
    from->clear();
  }
  if (state_ != State::idle && !batch_.empty()) give_up_batch(now);
}

void Writer::give_up_batch(Clock::time_point now) {
  if (has_sent_nothing()) {
    batch_.finish_all(Status::unavailable);
    state_ = State::idle;
  } else {
    batch_.finish_all(Status::unknown);
    state_ = State::burning;
  }
  link_.lose_silent(now);
}

/// Not while batches are done: those that wait for them, behind many others, get their turn.
void Writer::expire(Clock::time_point now) {
  if (now - done_ <= max_wait) return;
  for (auto* const from : {&again_, &waiting_}) {
    while (!from->empty() && now - from->front().since > max_wait) {
      expire(from->front());
      from->pop_front();
    }
  }
}

void Writer::expire(const PendingWrite& write) {
  const WriteOperation& operation = *write.operation;
  const bool closes = operation.verb == WriteOperation::Verb::close_upload;
  // Its key is free again when its lease in the database is over.
  if (closes) uploads_.closed(static_cast<std::int64_t>(operation.key->upload));
  write.finish(closes ? Status::ok : Status::unavailable);
}

void Writer::note_health(Clock::time_point now) {
  // Not all instances at once: a balancer that loses all has nowhere to send anything.
  const auto patience =
      std::chrono::milliseconds(2'000) + (lane_.number % 8) * std::chrono::milliseconds(250);
  const bool down = !link_.is_up() && now - link_.down_since() > patience;
  const bool hangs = state_ != State::idle && now - std::max(sent_, heard_) > hang_time;
  health_.store(down || hangs ? Status::unavailable : Status::ok, std::memory_order_relaxed);
  if ((down || hangs) != stopped_) {
    stopped_ = down || hangs;
    if (stopped_) {
      events_.writes_stopped(Status::unavailable,
                             "the database: " + (down ? link_.reason() : "no answer"));
    } else {
      events_.writes_resumed();
    }
  }
}

}  // namespace rollcall::storage::postgres
