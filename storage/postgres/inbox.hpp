#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "storage/mutex.hpp"
#include "storage/store.hpp"

namespace rollcall::storage::postgres {

class Inbox;

/// The inboxes that the loop has put something into since it last handed over. The loop's thread.
class Outbox {
 public:
  void add(Inbox& inbox) { inboxes_.push_back(&inbox); }
  /// All that was put into them is their owners' again: one lock and one wake per session, however
  /// much it is.
  void hand_over();

 private:
  std::vector<Inbox*> inboxes_;
};

/// What the loop has finished for one session. The loop puts in, the session's thread takes out.
class Inbox {
 public:
  /// Both must outlive it.
  Inbox(SessionOwner& owner, Outbox& outbox) noexcept : owner_(owner), outbox_(outbox) {}
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// The loop's thread: the operation, whose status is set, is the owner's again when the outbox
  /// hands over.
  void put(WriteOperation& operation) { put(&Finished::writes, operation); }
  void put(FindOperation& operation) { put(&Finished::finds, operation); }
  void put(ListOperation& operation) { put(&Finished::lists, operation); }
  void put(ExportOperation& operation) { put(&Finished::exports, operation); }

  /// The session's thread: takes what there is, for tell(). How many writes that is.
  std::size_t take() noexcept {
    if (!asked_.exchange(false, std::memory_order_acq_rel)) return 0;
    const MutexLock lock(mutex_);
    std::swap(finished_, delivered_);
    return delivered_.writes.size();
  }
  /// The session's thread: tells the owner of what was taken.
  void tell() noexcept {
    tell(delivered_.writes);
    tell(delivered_.finds);
    tell(delivered_.lists);
    tell(delivered_.exports);
  }

  /// The loop's thread, for Outbox.
  void hand_over() {
    // All under the lock: once deliver() can have it, the session may end.
    const MutexLock lock(mutex_);
    is_noted_ = false;
    put_.move_to(finished_);
    if (!asked_.exchange(true, std::memory_order_acq_rel)) owner_.wake();
  }

 private:
  struct Finished {
    std::vector<WriteOperation*> writes;
    std::vector<FindOperation*> finds;
    std::vector<ListOperation*> lists;
    std::vector<ExportOperation*> exports;

    void move_to(Finished& to) {
      move(writes, to.writes);
      move(finds, to.finds);
      move(lists, to.lists);
      move(exports, to.exports);
    }
    template <class Operation>
    static void move(std::vector<Operation*>& from, std::vector<Operation*>& to) {
      if (to.empty()) return from.swap(to);
      to.insert(to.end(), from.begin(), from.end());
      from.clear();
    }
  };

  template <class Operation>
  void put(std::vector<Operation*> Finished::*to, Operation& operation) {
    (put_.*to).push_back(&operation);
    if (!std::exchange(is_noted_, true)) outbox_.add(*this);
  }
  template <class Operation>
  void tell(std::vector<Operation*>& of) noexcept {
    for (Operation* const each : of) owner_.completed(*each);
    of.clear();
  }

  SessionOwner& owner_;
  Outbox& outbox_;
  Finished put_;           ///< The loop's.
  bool is_noted_ = false;  ///< The loop's: the outbox knows of it.
  std::atomic<bool> asked_{false};
  Mutex mutex_;
  Finished finished_ ROLLCALL_GUARDED_BY(mutex_);
  Finished delivered_;  ///< The session's thread's; empty, but for its memory.
};

inline void Outbox::hand_over() {
  for (Inbox* const each : inboxes_) each->hand_over();
  inboxes_.clear();
}

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
