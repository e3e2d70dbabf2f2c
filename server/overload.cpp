#include "server/overload.hpp"

#include <limits>
#include <utility>

#include "storage/limits.hpp"

namespace rollcall::server {

Overload::Overload(std::chrono::milliseconds most) noexcept
    : most_(most),
      limit_(most.count() == 0 ? std::numeric_limits<std::size_t>::max() : first_admitted_writes),
      state_(most.count() == 0 ? State::off : State::calm) {}

/// `writes` of them took from begun_ until `now`.
void Overload::measured(std::uint64_t writes, Clock::time_point now) noexcept {
  using std::chrono::nanoseconds;
  const nanoseconds took = now - begun_;
  const auto most = static_cast<std::uint64_t>(nanoseconds(most_).count());
  // As many as are completed in `most_` at that rate.
  const std::uint64_t rate =
      took.count() > 0 ? writes * most / static_cast<std::uint64_t>(took.count()) : 2 * limit_;
  const std::uint64_t rate_before = std::exchange(rate_, rate);
  if (took > most_ || (refused_ && state_ == State::limiting)) latest_ = now;
  refused_ = false;
  if (took <= most_) {
    const bool is_over = state_ == State::limiting && now - latest_ >= overload_memory;
    if (state_ == State::late || is_over) state_ = State::calm;
    if (is_guess_ && writes >= telling_writes) guess_by(std::max(rate, rate_before));
    // Not at once: what needed no commit says little of what the others need.
    const std::size_t most_now = std::min(2 * limit_, storage::max_pending_writes);
    is_guess_ = is_guess_ && rate <= limit_;
    limit_ = std::clamp(rate, limit_, std::max(limit_, most_now));
    return;
  }
  const bool sudden = took > sudden_lateness * most_;
  if (state_ == State::calm && !sudden) {
    state_ = State::late;
    return;
  }
  state_ = State::limiting;
  is_guess_ = false;
  // Of two in a row the better one: few writes, or a pause, make the rate look bad once.
  const std::uint64_t best = sudden ? rate : std::max(rate, rate_before);
  limit_ = std::clamp(best, std::min(min_admitted_writes, limit_), limit_);
}

/// The first guess is for a store of which nothing is known. On a slow one it would let so many
/// wait that those behind them are answered too late.
void Overload::guess_by(std::uint64_t rate) noexcept {
  limit_ = std::clamp<std::size_t>(guess_factor * rate, min_admitted_writes, limit_);
}

}  // namespace rollcall::server
