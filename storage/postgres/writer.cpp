#include "storage/postgres/writer.hpp"

#include <algorithm>
#include <utility>

#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {
namespace {

/// Refused because of what other transactions do at the same time: the next attempt may do better.
bool passes_by_itself(const std::string& state) noexcept {
  return state == "40P01" || state == "40001" || state == "55P03" || state == "23505";
}

/// The database as a whole can't write now, whatever the batch has in it.
bool is_about_the_server(const std::string& state) noexcept {
  const std::string_view kind = std::string_view(state).substr(0, 2);
  return kind == "53" || kind == "57" || kind == "58" || kind == "XX" || kind == "42" ||
         kind == "25";
}

constexpr std::int64_t burnt_mark = -1;

}  // namespace

Writer::Writer(Link& link, const Lane& lane, const WriteBatch::Rules& rules, Events& events)
    : link_(link), events_(events), rules_(rules), lane_(lane), batch_(uploads_) {
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
  if (link_.is_busy()) collect(now);
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
      return begin_batch(now);
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
  batch_.clear();
  for (auto* const from : {&again_, &waiting_}) {
    while (!from->empty() && batch_.size() < most_) {
      // What is put back again and again is not to be tried for ever.
      const bool is_late = now - from->front().since > max_wait;
      is_late ? expire(from->front()) : batch_.gather(from->front());
      from->pop_front();
    }
  }
  if (batch_.empty()) return;
  attempts_ = 0;
  uncertain_ = false;
  sent_ = now;
  if (ids_.left() < batch_.ids_needed()) return lease();
  look();
}

void Writer::lease() {
  state_ = State::leasing;
  leasing_ = ids_.next_lease(batch_.ids_needed(), Clock::now());
  question_.clear();
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
  leasing_ = ids_.is_low() ? ids_.next_lease(0, now) : 0;
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
  question_.clear();
  question_.add(sql().fence).add(lane_.number).add(lane_.batch + 1).add(lane_.owner);
  question_.add(sql().burnt).add(lane_.number);
  link_.send(question_);
}

void Writer::collect(Clock::time_point now) {
  switch (link_.collect()) {
    case Link::Reply::none:
      return;
    case Link::Reply::lost:
      uncertain_ = uncertain_ || state_ == State::committing;
      return;
    case Link::Reply::committed:
      return committed(now);
    case Link::Reply::failed:
      return failed(now);
  }
}

void Writer::committed(Clock::time_point now) {
  const std::vector<Result>& results = link_.results();
  switch (state_) {
    case State::idle:
      return;
    case State::leasing:
      if (results[0].rows() == 1) {
        ids_.add(leasing_, static_cast<UserId>(results[0].integer(0, 0)));
        largest_.store(ids_.largest(), std::memory_order_relaxed);
      }
      return look();
    case State::looking:
      looked_.take(results);
      return commit(now);
    case State::confirming:
      if (results[0].rows() != 1) return lose_lane(now);
      batch_.take({});
      put_back(batch_.finish());
      state_ = State::idle;
      return;
    case State::committing:
      // Without a fence there are no users to insert.
      if (batch_.is_plain() && results[0].affected() == 0) return lose_lane(now);
      if (leasing_ != 0 && results[lease_place_].rows() == 1) {
        ids_.add(leasing_, static_cast<UserId>(results[lease_place_].integer(0, 0)));
        largest_.store(ids_.largest(), std::memory_order_relaxed);
      }
      batch_.take(results);
      return end_batch(lane_.users + batch_.added(), now);
    case State::asking:
      return answered();
    case State::burning:
      ++lane_.batch;
      put_back(batch_.take_back());
      state_ = State::idle;
      return;
  }
}

/// It was done, and the lane has `users` now.
void Writer::end_batch(std::int64_t users, Clock::time_point now) {
  ++lane_.batch;
  lane_.users = users;
  // Before anybody is told.
  users_.store(users, std::memory_order_relaxed);
  std::vector<PendingWrite> again = batch_.finish();
  events_.committed({.writes = size_ - again.size(),
                     .status = Status::ok,
                     .by = CommitBy::thread,
                     .time = now - sent_,
                     .sync_time = now - sent_});
  put_back(std::move(again));
  most_ = std::min(2 * most_, max_batch);
  state_ = State::idle;
}

/// The lane's row has said what became of the batch, and that is as durable as what it says.
void Writer::answered() {
  const std::vector<Result>& results = link_.results();
  const Result& lane = results[0];
  if (lane.rows() != 1) return lose_lane(Clock::now());
  const std::int64_t batch = lane.integer(0, 0);
  if (batch == lane_.batch) {
    // A standby was promoted that has no more.
    state_ = batch_.empty() ? State::burning : State::committing;
    return;
  }
  if (batch != lane_.batch + 1) return lose_lane(Clock::now());
  const std::vector<std::int64_t> outcome = integers_of(lane.text(0, 1));
  if (outcome == std::vector<std::int64_t>{burnt_mark}) {
    ++lane_.batch;
    put_back(batch_.take_back());
    state_ = State::idle;
    return;
  }
  batch_.take({results.data() + 1, results.size() - 1});
  end_batch(lane.integer(0, 2), Clock::now());
}

void Writer::failed(Clock::time_point now) {
  const std::string state = link_.failure().state();
  const bool fenced = state_ == State::committing || state_ == State::burning;
  if (fenced && state == "23502") {
    state_ = State::asking;
    return;
  }
  if (fenced && state == "22012") return lose_lane(now);
  if (state == "25006") {
    // It became a standby: another host is the primary now.
    link_.lose("the database takes no writes", now);
    return;
  }
  if (has_sent_nothing()) {
    batch_.finish_all(Status::io_error);
    state_ = State::idle;
    return;
  }
  if (state_ != State::committing) {
    // It only has to be asked again.
    link_.lose(link_.failure().message(), now);
    return;
  }
  // Another instance has made addresses unique since: from now on they are looked at first.
  if (link_.failure().constraint() == "users_email_key") rules_.unique_emails = true;
  const bool again = passes_by_itself(state) && ++attempts_ < 4 && !batch_.is_plain();
  if (again) return;
  refuse_batch(state);
}

/// The batch was not done by the attempt that failed. If no other one can be under way, that is
/// all; otherwise its number has to be used up first.
void Writer::refuse_batch(const std::string& state) {
  if (uncertain_) {
    state_ = State::burning;
    return;
  }
  state_ = State::idle;
  if (state == "53100") {
    batch_.finish_all(Status::disk_full);
  } else if (is_about_the_server(state) || (size_ == 1 && !passes_by_itself(state))) {
    batch_.finish_all(Status::io_error);
  } else if (size_ == 1 && state != "23505") {
    // Others wait behind it.
    batch_.finish_all(Status::unavailable);
  } else {
    // It may be one of them: the others are not to fail with it.
    most_ = std::max<std::size_t>(size_ / 2, 1);
    put_back(batch_.take_back());
  }
}

/// Another instance has the lane, or the database is not the one that had it.
void Writer::lose_lane(Clock::time_point now) {
  if (uncertain_) {
    batch_.finish_all(Status::unknown);
  } else {
    put_back(batch_.take_back());
  }
  state_ = State::idle;
  lane_lost_ = true;
  link_.lose("the instance needs another lane", now);
}

void Writer::put_back(std::vector<PendingWrite> writes) {
  again_.insert(again_.begin(), writes.begin(), writes.end());
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
  link_.lose("the database did not answer in time", now);
}

void Writer::expire(Clock::time_point now) {
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
  const bool hangs = state_ != State::idle && now - sent_ > hang_time;
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
