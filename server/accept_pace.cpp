#include "server/accept_pace.hpp"

#include <algorithm>
#include <limits>

namespace rollcall::server {

void AcceptPace::begin(const Load& load, Clock::time_point now) noexcept {
  emptied_ = false;
  if (most_.count() == 0) return begin_last();
  const auto full_lag = most_ / late_share;
  late_ = load.lag > full_lag;
  const std::size_t most = most_handed_over(load);
  room_ = most - std::min(most, load.handed_over);
  if (late_) room_ = std::min(room_, load.lag > 2 * full_lag ? very_late_accepts : late_accepts);
  takes_ = late_ ? late_accepts_a_look : max_accepts_a_look;
  if (behind_for_)
    *behind_for_ += std::min<Clock::time_point::duration>(now - looked_, max_look_gap);
  looked_ = now;
  asks_age_ = behind_for_ && *behind_for_ >= too_long_;
}

std::size_t AcceptPace::most_handed_over(const Load& load) const noexcept {
  using Duration = Clock::time_point::duration;
  if (load.each.count() <= 0) return min_handed_over;
  const Duration time =
      std::clamp<Duration>(load.commit, most_ / handed_over_share, most_ / late_share);
  return std::clamp(static_cast<std::size_t>(time / load.each), min_handed_over, max_handed_over);
}

void AcceptPace::begin_last() noexcept { room_ = takes_ = std::numeric_limits<std::size_t>::max(); }

bool AcceptPace::took(std::chrono::milliseconds age) noexcept {
  --takes_;
  if (asks_age_ && age > too_long_) return false;
  --room_;
  return true;
}

std::chrono::milliseconds AcceptPace::end() noexcept {
  if (emptied_) {
    behind_for_.reset();
  } else if (!behind_for_) {
    behind_for_ = Clock::time_point::duration(0);
  }
  // Also when it is empty: one that comes would be taken at once, and the next one as soon.
  if (late_) return late_accept_pause;
  return room_ == 0 ? handed_over_pause : std::chrono::milliseconds(0);
}

}  // namespace rollcall::server
