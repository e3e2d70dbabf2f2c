#include "storage/local/local_store.hpp"

#include <thread>
#include <utility>

#include "storage/local/scans.hpp"
#include "storage/mutex.hpp"

namespace rollcall::storage {

class LocalStore::LocalSession final : public Session, private BatchOwner {
 public:
  LocalSession(LocalStore& store, SessionOwner& owner) noexcept
      : store_(store),
        owner_(owner),
        thread_(std::this_thread::get_id()),
        scans_(*store.table_, store.round_.showing(), owner,
               store.decider_->unique_emails() ? EmailMatch::as_unique : EmailMatch::exact) {
    store_.sessions_.fetch_add(1, std::memory_order_relaxed);
  }
  ~LocalSession() override { store_.sessions_.fetch_sub(1, std::memory_order_relaxed); }

  void write(WriteOperation& operation) noexcept override {
    if (const Status refusal = refuse(operation); refusal != Status::ok) {
      operation.status = refusal;
      owner_.completed(operation);
      return;
    }
    gathered_.append(operation);
    ++pending_writes_;
    if (gathered_.count >= store_.committer_->idle_share()) hand_over();
  }

  bool has_room() const noexcept override {
    // Of its own writes, so that room comes with their completion and nobody has to tell of it.
    return pending_writes_ * store_.sessions_.load(std::memory_order_relaxed) <
           max_pending_stream_writes;
  }

  void find(FindOperation& operation) noexcept override {
    has_read_ = true;
    scans_.find(operation);
  }
  void list(ListOperation& operation) noexcept override {
    has_read_ = true;
    scans_.list(operation);
  }
  void export_next(ExportOperation& operation) noexcept override { scans_.export_next(operation); }

  bool end_turn() noexcept override {
    store_.committer_->end_turn(*this, std::exchange(gathered_, Batch{}),
                                std::exchange(has_read_, false));
    return scans_.work();
  }

  void tick(std::chrono::steady_clock::time_point now) noexcept override {
    if (store_.round_.tick(now)) end_turn();
  }

  void deliver() noexcept override {
    // Before the list is taken: what is finished after this asks to be delivered again.
    wake_asked_.store(false, std::memory_order_release);
    Batch batch;
    {
      const MutexLock lock(mutex_);
      batch = std::exchange(finished_, Batch{});
    }
    complete(batch);
  }

 private:
  /// The first of what makes a write hopeless now, or ok with a place in the queue taken.
  Status refuse(const WriteOperation& operation) noexcept {
    if (const Status health = store_.health(); is_lasting(health)) return health;
    if (store_.pending_writes_.fetch_add(1, std::memory_order_relaxed) < max_pending_writes ||
        operation.verb == WriteOperation::Verb::close_upload) {
      return Status::ok;
    }
    store_.pending_writes_.fetch_sub(1, std::memory_order_relaxed);
    return Status::queue_full;
  }

  [[gnu::cold]] void hand_over() noexcept {
    if (store_.committer_->hand_over(*this, gathered_)) gathered_ = Batch{};
  }

  void finished(const Batch& batch) noexcept override {
    store_.pending_writes_.fetch_sub(batch.count, std::memory_order_relaxed);
    if (std::this_thread::get_id() == thread_) {
      complete(batch);
      return;
    }
    // All under the lock: once deliver() can have the list, this session may end.
    const MutexLock lock(mutex_);
    finished_.append(batch);
    ask_for_wake();
  }

  void lead_next() noexcept override { ask_for_wake(); }

  void ask_for_wake() noexcept {
    if (!wake_asked_.exchange(true, std::memory_order_acq_rel)) owner_.wake();
  }

  void complete(const Batch& batch) noexcept {
    pending_writes_ -= batch.count;
    completed_writes_ += batch.count;
    for (WriteOperation* each = batch.first; each != nullptr;) {
      // The owner may reuse the operation at once.
      WriteOperation* const next = each->next;
      owner_.completed(*each);
      each = next;
    }
  }

  LocalStore& store_;
  SessionOwner& owner_;
  const std::thread::id thread_;
  Scans scans_;
  Batch gathered_;
  bool has_read_ = false;  ///< In this turn.
  std::atomic<bool> wake_asked_{false};
  Mutex mutex_;
  Batch finished_ ROLLCALL_GUARDED_BY(mutex_);  ///< By other threads, not delivered yet.
};

LocalStore::LocalStore(std::unique_ptr<Table> table, std::unique_ptr<Decider> decider,
                       std::unique_ptr<Journal> journal, UserId last_id, CommitBy commit_by,
                       Events& events)
    : table_(std::move(table)),
      decider_(std::move(decider)),
      journal_(std::move(journal)),
      round_(*journal_, *table_, *decider_, last_id, events),
      committer_(make_committer(round_, commit_by)) {}

LocalStore::~LocalStore() = default;

std::unique_ptr<Session> LocalStore::open_session(SessionOwner& owner) {
  return std::make_unique<LocalSession>(*this, owner);
}

StoreFigures LocalStore::figures() const noexcept {
  return {size(), round_.keys(), pending_writes_.load(std::memory_order_relaxed),
          round_.wal_octets()};
}

bool LocalStore::close(std::string& error) noexcept {
  committer_.reset();
  return journal_->close(error);
}

}  // namespace rollcall::storage
