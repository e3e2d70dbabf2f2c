#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "storage/mutex.hpp"
#include "storage/store.hpp"

namespace rollcall::storage::postgres {

/// What the loop has finished for one session. The loop puts in, the session's thread takes out.
class Inbox {
 public:
  explicit Inbox(SessionOwner& owner) noexcept : owner_(owner) {}
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// The loop's thread: the operation, whose status is set, is the owner's again.
  void put(WriteOperation& operation) { put(&Finished::writes, operation); }
  void put(FindOperation& operation) { put(&Finished::finds, operation); }
  void put(ListOperation& operation) { put(&Finished::lists, operation); }
  void put(ExportOperation& operation) { put(&Finished::exports, operation); }

  /// The session's thread: tells the owner of what there is. How many writes that were.
  std::size_t deliver() noexcept {
    if (!asked_.exchange(false, std::memory_order_acq_rel)) return 0;
    {
      const MutexLock lock(mutex_);
      std::swap(finished_, delivered_);
    }
    const std::size_t writes = delivered_.writes.size();
    tell(delivered_.writes);
    tell(delivered_.finds);
    tell(delivered_.lists);
    tell(delivered_.exports);
    return writes;
  }

 private:
  struct Finished {
    std::vector<WriteOperation*> writes;
    std::vector<FindOperation*> finds;
    std::vector<ListOperation*> lists;
    std::vector<ExportOperation*> exports;
  };

  template <class Operation>
  void put(std::vector<Operation*> Finished::*to, Operation& operation) {
    // All under the lock: once deliver() can have it, the session may end.
    const MutexLock lock(mutex_);
    (finished_.*to).push_back(&operation);
    if (!asked_.exchange(true, std::memory_order_acq_rel)) owner_.wake();
  }
  template <class Operation>
  void tell(std::vector<Operation*>& of) noexcept {
    for (Operation* const each : of) owner_.completed(*each);
    of.clear();
  }

  SessionOwner& owner_;
  std::atomic<bool> asked_{false};
  Mutex mutex_;
  Finished finished_ ROLLCALL_GUARDED_BY(mutex_);
  Finished delivered_;  ///< The session's thread's; empty, but for its memory.
};

/// An operation that the loop has, and whom it is to be given back to.
template <class Operation>
struct Pending {
  Operation* operation = nullptr;
  Inbox* inbox = nullptr;
  std::chrono::steady_clock::time_point since{};  ///< When it came.

  void finish(Status status) const {
    operation->status = status;
    inbox->put(*operation);
  }
};

/// A write that the loop has.
struct PendingWrite : Pending<WriteOperation> {
  /// It was sent, and another write was faster: what is known of the user, of its address and of
  /// its key has to be looked at anew.
  bool lost = false;
};

}  // namespace rollcall::storage::postgres
