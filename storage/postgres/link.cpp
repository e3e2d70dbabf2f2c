#include "storage/postgres/link.hpp"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

namespace rollcall::storage::postgres {
namespace {

/// A prepared statement is not there (a pooler has another connection), there already, or no longer
/// fits its tables: over a new connection they are prepared anew.
bool needs_preparing(const std::string& state) noexcept {
  return state == "26000" || state == "42P05" || state == "0A000";
}

}  // namespace

Link::Link(std::string url, SetUp set_up, Waker& waker)
    : url_(std::move(url)), set_up_(std::move(set_up)), waker_(waker) {}

Link::~Link() { end(); }

void Link::end() noexcept {
  stopping_.store(true, std::memory_order_relaxed);
  end_attempt();
}

void Link::adopt(std::unique_ptr<Connection> connection) {
  connection_ = std::move(connection);
  up_since_ = Clock::now();
}

void Link::step(Clock::time_point now) {
  if (attempt_ && attempt_->over.load(std::memory_order_acquire)) {
    connection_ = std::move(attempt_->made);
    reason_ = std::move(attempt_->error);
    end_attempt();
    achieved_ = false;
    if (connection_) {
      route_.last.reset();
      up_since_ = now;
    } else {
      pause(now);
    }
  }
  if (connection_ && route_.only && connection_->host() != route_.only) {
    const bool was_busy = busy_;
    lose("the writes go to another host", now);
    left_busy_ = was_busy;
  }
  // Nothing was asked, so what the server sends says at most that it goes.
  if (connection_ && !busy_ && std::exchange(ready_, false) && !connection_->move()) {
    lose(connection_->error(), now);
  }
  const bool leaves = stopping_.load(std::memory_order_relaxed);
  if (!connection_ && !attempt_ && !leaves && now >= next_attempt_) begin_attempt();
}

void Link::begin_attempt() {
  attempt_ = std::make_unique<Attempt>();
  attempt_->route = route_;
  try {
    attempt_->thread = std::thread([this, &attempt = *attempt_] { connect(attempt); });
  } catch (const std::system_error& failure) {
    // There is no room for a thread now: the next time.
    attempt_.reset();
    reason_ = std::string("can't start a thread: ") + failure.what();
    pause(Clock::now());
  }
}

void Link::connect(Attempt& attempt) noexcept {
  try {
    auto made = Connection::open(url_, attempt.route, Clock::now() + connect_time, stopping_,
                                 attempt.error);
    if (made && set_up_(*made, attempt.error) && made->start_pipeline()) {
      attempt.made = std::move(made);
    } else if (attempt.error.empty()) {
      attempt.error = made->error();
    }
  } catch (const std::exception&) {
    // Memory, or a thread for a name: the next time. Without words, which would want memory too.
    attempt.error.clear();
  }
  attempt.over.store(true, std::memory_order_release);
  waker_.wake();
}

void Link::end_attempt() noexcept {
  if (!attempt_) return;
  attempt_->thread.join();
  attempt_.reset();
}

void Link::send(const Script& script) {
  results_.clear();
  failure_ = {};
  busy_ = true;
  // If the connection is gone, nothing will come: collect() has to look.
  ready_ = true;
  connection_->take_warning();
  script.send(*connection_);
}

Link::Reply Link::collect() {
  if (std::exchange(left_busy_, false)) return Reply::lost;
  if (!busy_ || !connection_ || !std::exchange(ready_, false)) return Reply::none;
  const bool alive = connection_->move();
  for (;;) {
    Result result = connection_->next();
    switch (result.kind()) {
      case Result::Kind::none:
        if (alive) return Reply::none;
        lose(connection_->error(), Clock::now());
        return Reply::lost;
      case Result::Kind::done:
        results_.push_back(std::move(result));
        break;
      case Result::Kind::skipped:
        break;
      case Result::Kind::failed:
        // Without a state it is libpq that says so, of the connection.
        if (result.state().empty()) {
          lose(connection_->error(), Clock::now());
          return Reply::lost;
        }
        if (failure_.kind() == Result::Kind::none) failure_ = std::move(result);
        break;
      case Result::Kind::pipeline_end:
        busy_ = false;
        if (needs_preparing(failure_.state())) {
          lose(failure_.message(), Clock::now());
          return Reply::lost;
        }
        if (failure_.kind() != Result::Kind::none) return Reply::failed;
        if (!connection_->take_warning()) {
          achieved_ = true;
          pause_ = min_retry;
          return Reply::committed;
        }
        lose("a commit was not confirmed by the standby", Clock::now());
        return Reply::lost;
    }
  }
}

void Link::lose(std::string reason, Clock::time_point now) {
  if (!connection_) return;
  connection_.reset();
  busy_ = false;
  ready_ = false;
  reason_ = std::move(reason);
  down_since_ = now;
  next_attempt_ = now;
  // To connect is no success by itself: what fails each time is not to be tried at full speed.
  if (!achieved_) pause(now);
}

void Link::lose_silent(Clock::time_point now) {
  if (connection_) route_.last = connection_->host();
  lose("the database did not answer in time", now);
}

void Link::pause(Clock::time_point now) {
  next_attempt_ = now + pause_;
  pause_ = std::min(2 * pause_, max_retry);
}

pollfd Link::wanted() const noexcept {
  if (!connection_) return {-1, 0, 0};
  const auto events = static_cast<short>(POLLIN | (connection_->has_unsent() ? POLLOUT : 0));
  return {connection_->descriptor(), events, 0};
}

}  // namespace rollcall::storage::postgres
