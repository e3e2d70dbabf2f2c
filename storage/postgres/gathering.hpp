#pragma once

#include <cstddef>
#include <vector>

#include "storage/mutex.hpp"
#include "storage/postgres/inbox.hpp"
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
/// so not for a write while a batch is under way, nor for one where more are waited for.
class Gathering {
 public:
  /// `waker` wakes the loop, and must outlive this.
  explicit Gathering(Waker& waker) noexcept : waker_(waker) {}

  /// The sessions' threads.
  void submit(Work& work);

  // The loop's thread.
  /// What the loop could begin, because nothing of that kind is under way.
  struct Wants {
    std::size_t writes = 0;  ///< With so many or more it would begin a batch; 0 if it could not.
    bool finds = false;
  };
  /// Puts what was submitted into `work`, which is empty.
  void take(Work& work);
  /// The loop is about to wait until it is woken. True if it need not, because there is something
  /// for it.
  bool has_work(const Wants& wants);

 private:
  bool is_wanted() const noexcept ROLLCALL_REQUIRES(mutex_);

  Waker& waker_;
  Mutex mutex_;
  Work submitted_ ROLLCALL_GUARDED_BY(mutex_);
  Wants wants_ ROLLCALL_GUARDED_BY(mutex_);
  bool asleep_ ROLLCALL_GUARDED_BY(mutex_) = false;
};

}  // namespace rollcall::storage::postgres
