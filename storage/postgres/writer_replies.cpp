// The second half of Writer: what the database answers.
#include <algorithm>
#include <utility>

#include "storage/postgres/writer.hpp"

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

void Writer::collect(Clock::time_point now) {
  switch (link_.collect()) {
    case Link::Reply::none:
      return;
    case Link::Reply::lost:
      uncertain_ = uncertain_ || state_ == State::committing;
      return;
    case Link::Reply::committed:
      heard(now);
      return committed(now);
    case Link::Reply::failed:
      heard(now);
      return failed(now);
  }
}

/// Before anybody gets an answer: who has one may ask at once whether the instance is ready.
void Writer::heard(Clock::time_point now) {
  heard_ = now;
  note_health(now);
}

void Writer::committed(Clock::time_point now) {
  const std::vector<Result>& results = link_.results();
  switch (state_) {
    case State::idle:
      return;
    case State::leasing:
      ++lane_.batch;
      take_lease(results.back());
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
      if (leasing_ != 0) take_lease(results[lease_place_]);
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

void Writer::take_lease(const Result& lease) {
  if (lease.rows() != 1) return;
  ids_.add(leasing_, static_cast<UserId>(lease.integer(0, 0)));
  largest_.store(ids_.largest(), std::memory_order_relaxed);
}

/// It was done, and the lane has `users` now.
void Writer::end_batch(std::int64_t users, Clock::time_point now) {
  if (batch_.last_id() != 0) {
    ids_.note(batch_.last_id());
    largest_.store(ids_.largest(), std::memory_order_relaxed);
  }
  ++lane_.batch;
  done_ = now;
  lane_.users = users;
  // Before anybody is told.
  users_.store(users, std::memory_order_relaxed);
  const std::vector<PendingWrite> again = batch_.finish();
  events_.committed({.writes = size_ - again.size(),
                     .status = Status::ok,
                     .by = CommitBy::thread,
                     .time = now - sent_,
                     .sync_time = now - sent_,
                     .held = linger_.held()});
  linger_.answered(size_ - again.size(), now - sent_, now);
  put_back(again);
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
  const bool fenced =
      state_ == State::committing || state_ == State::burning || state_ == State::leasing;
  // Any other column that must not be null was added by somebody else.
  if (fenced && state == "23502" && link_.failure().table() == "lanes") {
    // What used up the number of a lease was a lease, whose answer was lost.
    if (state_ == State::leasing) put_back(batch_.take_back());
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
  const bool learns = link_.failure().constraint() == "users_email_key" &&
                      !std::exchange(rules_.unique_emails, true);
  const bool again = !learns && passes_by_itself(state) && ++attempts_ < 4 && !batch_.is_plain();
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
  } else if (is_about_the_server(state) ||
             (size_ == 1 && (!passes_by_itself(state) || is_of_another(state)))) {
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

/// An index that is not the store's own wants something to be unique.
bool Writer::is_of_another(const std::string& state) const {
  const std::string constraint = link_.failure().constraint();
  return state == "23505" && constraint != "users_email_key" && constraint != "users_pkey";
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

}  // namespace rollcall::storage::postgres
