#include "storage/postgres/gathering.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rollcall::storage::postgres {
namespace {

template <class List>
void move_to(List& from, List& to) {
  if (to.empty()) return from.swap(to);
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

void Gathering::submit(Work& work) {
  bool wake = false;
  {
    const MutexLock lock(mutex_);
    if (!work.writes.empty() || !work.finds.empty()) ++ended_;
    const bool at_once = !work.lists.empty() || !work.exports.empty();
    move_to(work.writes, submitted_.writes);
    move_to(work.finds, submitted_.finds);
    move_to(work.lists, submitted_.lists);
    move_to(work.exports, submitted_.exports);
    wake = asleep_ && (at_once || (is_waited_for() && is_gathered()));
    if (wake) asleep_ = false;
  }
  if (wake) waker_.wake();
}

bool Gathering::take(Work& work, const Wants& wants, Clock::time_point now) {
  const MutexLock lock(mutex_);
  asleep_ = false;
  wants_ = wants;
  const bool waits = is_waited_for() && !is_gathered() && !has_waited(now);
  std::swap(submitted_, work);
  if (waits) return false;
  awaited_ = 0;
  return true;
}

std::chrono::milliseconds Gathering::sleep(const Wants& wants, Clock::time_point now,
                                           std::chrono::milliseconds most) {
  const MutexLock lock(mutex_);
  wants_ = wants;
  const bool at_once = !submitted_.lists.empty() || !submitted_.exports.empty();
  const bool waits = is_waited_for();
  asleep_ = !at_once && !(waits && (is_gathered() || has_waited(now)));
  if (!asleep_) return {};
  return waits ? std::min(most, max_gathering) : most;
}

/// Something of what the loop could begin is there.
bool Gathering::is_waited_for() const noexcept {
  return wants_.waits || (wants_.writes && !submitted_.writes.empty()) ||
         (wants_.finds && !submitted_.finds.empty());
}

/// All turns have ended that had begun when this was asked first.
bool Gathering::is_gathered() noexcept {
  if (awaited_ == 0) {
    awaited_ = begun_.load(std::memory_order_relaxed);
    awaited_since_ = Clock::now();
  }
  return ended_ >= awaited_;
}

}  // namespace rollcall::storage::postgres
