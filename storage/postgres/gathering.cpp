#include "storage/postgres/gathering.hpp"

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
    move_to(work.writes, submitted_.writes);
    move_to(work.finds, submitted_.finds);
    move_to(work.lists, submitted_.lists);
    move_to(work.exports, submitted_.exports);
    wake = asleep_ && is_wanted();
    if (wake) asleep_ = false;
  }
  if (wake) waker_.wake();
}

void Gathering::take(Work& work) {
  const MutexLock lock(mutex_);
  asleep_ = false;
  std::swap(submitted_, work);
}

bool Gathering::has_work(const Wants& wants) {
  const MutexLock lock(mutex_);
  wants_ = wants;
  asleep_ = !is_wanted();
  return !asleep_;
}

bool Gathering::is_wanted() const noexcept {
  return (wants_.writes > 0 && submitted_.writes.size() >= wants_.writes) ||
         (wants_.finds && !submitted_.finds.empty()) || !submitted_.lists.empty() ||
         !submitted_.exports.empty();
}

}  // namespace rollcall::storage::postgres
