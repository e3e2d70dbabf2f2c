#include "storage/postgres/linger.hpp"

#include <algorithm>

#include "storage/postgres/limits.hpp"

namespace rollcall::storage::postgres {

void Linger::note(std::size_t writes, std::chrono::nanoseconds time,
                  Clock::time_point now) noexcept {
  state_ = State::none;
  held_ = {};
  if (time < slow_batch) return;
  if (left_out_ > 0) {
    --left_out_;
    return;
  }
  state_ = State::answered;
  answered_ = writes;
  until_ = now + std::min(most_, time / linger_share);
}

bool Linger::decide(std::size_t waiting, Clock::time_point now) noexcept {
  if (state_ == State::answered && !begin(waiting)) return false;
  if (waiting > 0 && state_ == State::pausing) {
    state_ = State::holding;
    held_since_ = now;
  }
  if (waiting >= expected_ || now >= until_) {
    end(waiting, now);
    return false;
  }
  missing_ = expected_ - waiting;
  return true;
}

bool Linger::begin(std::size_t waiting) noexcept {
  waited_ = waiting;
  expected_ = std::min(answered_ + waiting, small_batch);
  const bool is_anybody_missing = waiting < expected_;
  state_ = is_anybody_missing ? State::pausing : State::none;
  return is_anybody_missing;
}

void Linger::end(std::size_t waiting, Clock::time_point now) noexcept {
  state_ = State::none;
  // Nobody was held up.
  if (waiting == 0) return;
  held_ = now - held_since_;
  const std::size_t joined = waiting - std::min(waiting, waited_);
  if (joined * least_joining_share >= expected_ - waited_) {
    rest_ = 0;
    return;
  }
  rest_ = std::min(2 * rest_ + 1, max_lingers_left_out);
  left_out_ = rest_;
}

}  // namespace rollcall::storage::postgres
