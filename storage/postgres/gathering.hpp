#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "storage/mutex.hpp"
#include "storage/postgres/inbox.hpp"
#include "storage/postgres/limits.hpp"
#include "storage/postgres/lister.hpp"
#include "storage/postgres/waker.hpp"

namespace rollcall::storage::postgres {

/// What one turn of a session hands over.
struct Work {
  std::vector<PendingWrite> writes;
  std::vector<Pending<FindOperation>> finds;
  std::vector<ListOrder> lists;
  std::vector<Pending<ExportOperation>> exports;

  bool empty() const noexcept {
    return writes.empty() && finds.empty() && lists.empty() && exports.empty();
  }
};

/// What sessions hand over to the loop, turn by turn. The loop is woken only for what it can begin,
/// so not for a write while a batch is under way. A batch waits for the turns that were gathering
/// when its first write was there, max_gathering at most: what they gather is part of it.
class Gathering {
 public:
  /// `waker` wakes the loop, and must outlive this.
  explicit Gathering(Waker& waker) noexcept : waker_(waker) {}

  // The sessions' threads.
  /// A turn has its first write or look-up. The submit() that has it will come, whatever happens.
  void begin_turn() noexcept { begun_.fetch_add(1, std::memory_order_relaxed); }
  void submit(Work& work);

  // The loop's thread.
  /// What the loop could begin: true if nothing of that kind is under way.
  struct Wants {
    bool writes = false;
    bool finds = false;
    bool waits = false;  ///< Something of that, which was taken, has not begun.
  };
  /// Puts what was submitted into `work`, which is empty. True if what the loop wants may begin.
  bool take(Work& work, const Wants& wants, Clock::time_point now);
  /// The loop is about to wait until it is woken. For how long it may: not at all if there is
  /// something for it, `most` if there is nothing.
  std::chrono::milliseconds sleep(const Wants& wants, Clock::time_point now,
                                  std::chrono::milliseconds most);

 private:
  bool is_waited_for() const noexcept ROLLCALL_REQUIRES(mutex_);
  bool is_gathered() noexcept ROLLCALL_REQUIRES(mutex_);
  bool has_waited(Clock::time_point now) const noexcept ROLLCALL_REQUIRES(mutex_) {
    return now - awaited_since_ >= max_gathering;
  }

  Waker& waker_;
  std::atomic<std::uint64_t> begun_{0};  ///< Turns.
  Mutex mutex_;
  Work submitted_ ROLLCALL_GUARDED_BY(mutex_);
  Wants wants_ ROLLCALL_GUARDED_BY(mutex_);
  bool asleep_ ROLLCALL_GUARDED_BY(mutex_) = false;
  std::uint64_t ended_ ROLLCALL_GUARDED_BY(mutex_) = 0;  ///< Turns, by submit().
  /// What ended_ is waited for to be; 0 if nothing waits for it.
  std::uint64_t awaited_ ROLLCALL_GUARDED_BY(mutex_) = 0;
  Clock::time_point awaited_since_ ROLLCALL_GUARDED_BY(mutex_){};
};

}  // namespace rollcall::storage::postgres
