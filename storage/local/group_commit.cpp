#include "storage/local/group_commit.hpp"

#include <new>
#include <thread>
#include <utility>

#include "storage/limits.hpp"
#include "storage/local/commit_load.hpp"

namespace rollcall::storage {

void Batch::append(WriteOperation& operation) noexcept {
  operation.next = nullptr;
  append(Batch{&operation, &operation, 1});
}

void Batch::append(const Batch& other) noexcept {
  if (other.empty()) return;
  if (empty()) {
    *this = other;
    return;
  }
  last->next = other.first;
  last = other.last;
  count += other.count;
}

Status CommitRound::write(const Batch& batch, CommitBy by) {
  if (is_lasting(health())) return health();
  using Verb = WriteOperation::Verb;
  bool plain = true;
  for (const WriteOperation* each = batch.first; each != nullptr && plain; each = each->next) {
    plain = each->verb == Verb::create || !each->is_change();
  }
  decider_.begin(plain);
  UserId id = last_id_;
  std::size_t writes = 0;
  for (WriteOperation* each = batch.first; each != nullptr; each = each->next) {
    if (each->verb == Verb::create && id == max_user_id) {
      each->status = Status::ids_exhausted;
      continue;
    }
    decider_.decide(*each, id + 1);
    if (each->status != Status::ok || !each->is_change()) continue;
    ++writes;
    if (each->verb == Verb::create) ++id;
  }
  if (writes > 0) {
    const Status status = make_durable(batch, writes, by);
    if (status != Status::ok) {
      decider_.drop();
      return status;
    }
  }
  decider_.keep();
  last_id_ = id;
  note_figures();
  return Status::ok;
}

Status CommitRound::make_durable(const Batch& batch, std::size_t writes, CommitBy by) {
  const Clock::time_point begun = Clock::now();
  const Status status = journal_.commit(batch.first, decider_.keys().changes());
  last_ = {writes, status, by, Clock::now() - begun, journal_.take_sync_time()};
  events_.committed(last_);
  set_health(status);
  return status;
}

void CommitRound::note_figures() noexcept {
  key_count_.store(decider_.keys().size(), std::memory_order_relaxed);
  wal_octets_.store(journal_.wal_octets(), std::memory_order_relaxed);
}

void CommitRound::show(const WriteOperation& operation) noexcept {
  bool shown = true;
  switch (operation.verb) {
    case WriteOperation::Verb::create:
      shown = table_.insert(operation.id, operation.user);
      break;
    case WriteOperation::Verb::replace:
      shown = table_.replace(operation.id, operation.user);
      break;
    case WriteOperation::Verb::remove:
      table_.remove(operation.id);
      break;
    case WriteOperation::Verb::open_upload:
    case WriteOperation::Verb::close_upload:
      break;
  }
  // The users are on disk but can't be shown: a restart can, and nobody was told otherwise.
  if (!shown) end_without_memory(events_);
}

/// Tells when writes stop and when they come back, once each.
void CommitRound::set_health(Status status) noexcept {
  const Status before = health_.exchange(status, std::memory_order_acq_rel);
  if (before == status) return;
  if (status == Status::ok) return events_.writes_resumed();
  events_.writes_stopped(status, journal_.last_error());
}

void CommitRound::maintain() noexcept {
  const bool due = is_due() && due_.exchange(false, std::memory_order_acq_rel);
  Status status = due ? look() : Status::ok;
  if (status == Status::ok) status = journal_.maintain(last_.time);
  if (due) note_figures();
  const Status before = std::exchange(upkeep_, status);
  // What no write can mend is known at once, not at the next write.
  if (is_lasting(status)) return set_health(status);
  if (before == Status::ok && status != Status::ok) {
    events_.checkpoint_failed(journal_.last_error());
  }
}

/// What time brings on.
Status CommitRound::look() noexcept {
  if (const Status status = journal_.look(); status != Status::ok) return status;
  const std::uint64_t octets = journal_.wal_octets();
  const bool large = octets > max_wal_octets;
  if (large && !wal_is_large_) events_.wal_is_large(octets);
  if (!large && wal_is_large_) events_.wal_is_copied();
  wal_is_large_ = large;
  KnownKeys& keys = decider_.keys();
  if (keys.tick(last_tick_.load(std::memory_order_relaxed))) {
    journal_.note_key_time(keys.time());
    set_health(journal_.commit(nullptr, keys.changes()));
  }
  return Status::ok;
}

bool CommitRound::tick(Clock::time_point now) noexcept {
  Clock::time_point last = last_tick_.load(std::memory_order_relaxed);
  if (now - last < upkeep_interval) return false;
  if (!last_tick_.compare_exchange_strong(last, now, std::memory_order_relaxed)) return false;
  due_.store(true, std::memory_order_release);
  return true;
}

void CommitRound::commit(const std::vector<SubmittedBatch>& batches, CommitBy by) noexcept {
  try {
    try_to_commit(batches, by);
  } catch (const std::bad_alloc&) {
    end_for_memory();
  }
}

void CommitRound::try_to_commit(const std::vector<SubmittedBatch>& batches, CommitBy by) {
  Batch all;
  for (const SubmittedBatch& each : batches) all.append(each.batch);
  const Status status = write(all, by);
  show_all(all, status);
  // The owners get their own lists back.
  for (const SubmittedBatch& each : batches) each.batch.last->next = nullptr;
}

void CommitRound::show_all(const Batch& batch, Status status) noexcept {
  const MutexLock lock(showing_);
  for (WriteOperation* each = batch.first; each != nullptr; each = each->next) {
    if (status != Status::ok) {
      each->status = status;
    } else if (each->status == Status::ok) {
      show(*each);
    }
  }
}

namespace {

/// The queue, and who leads. A thread of its own leads like any other owner, except that it never
/// submits anything.
class QueueCommitter final : public Committer, private BatchOwner {
 public:
  QueueCommitter(CommitRound& round, CommitBy by) : round_(round), by_(by) {
    if (by_ != CommitBy::turn) thread_ = std::thread([this] { run(); });
  }

  ~QueueCommitter() override {
    if (!thread_.joinable()) return;
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    ready_.notify_one();
    thread_.join();
  }

  void end_turn(BatchOwner& owner, const Batch& batch, bool has_read) noexcept override {
    has_read = has_read && by_ == CommitBy::load;
    if (batch.empty() && !has_read && leader_hint_.load(std::memory_order_acquire) != &owner &&
        !round_.is_due()) {
      return;
    }
    try {
      if (!queue(owner, batch, has_read)) return;
    } catch (const std::bad_alloc&) {
      round_.end_for_memory();
    }
    lead(owner);
  }

  bool hand_over(BatchOwner& owner, const Batch& batch) noexcept override {
    const MutexLock lock(mutex_);
    if (leader_ != nullptr || !thread_leads()) return false;
    try {
      waiting_.push_back({&owner, batch});
    } catch (const std::bad_alloc&) {
      round_.end_for_memory();
    }
    set_leader(this);
    ready_.notify_one();
    return true;
  }

 private:
  /// Whether the owner is to lead now.
  bool queue(BatchOwner& owner, const Batch& batch, bool has_read) {
    const MutexLock lock(mutex_);
    if (!batch.empty()) waiting_.push_back({&owner, batch});
    note(owner, batch, has_read);
    if (waiting_.empty() && !round_.is_due()) return false;
    if ((leader_ != nullptr && leader_ != &owner) || leading_) return false;
    if (leader_ == nullptr && thread_leads()) {
      set_leader(this);
      ready_.notify_one();
      return false;
    }
    set_leader(&owner);
    leading_ = true;
    return true;
  }

  void note(BatchOwner& owner, const Batch& batch, bool has_read) ROLLCALL_REQUIRES(mutex_) {
    const bool other = !batch.empty() && last_owner_ != nullptr && last_owner_ != &owner;
    load_.note_turn(!batch.empty(), has_read || other);
    if (!batch.empty()) last_owner_ = &owner;
  }

  bool thread_leads() const ROLLCALL_REQUIRES(mutex_) {
    return by_ == CommitBy::thread || (by_ == CommitBy::load && load_.wants_thread());
  }

  void set_leader(BatchOwner* leader) ROLLCALL_REQUIRES(mutex_) {
    leader_ = leader;
    const bool idle = leader == nullptr && by_ == CommitBy::load;
    idle_share_.store(idle ? load_.half().value_or(no_share) : no_share, std::memory_order_relaxed);
    leader_hint_.store(leader, std::memory_order_release);
  }

  void lead(BatchOwner& owner) noexcept {
    round_.maintain();
    std::vector<SubmittedBatch> batches;
    {
      const MutexLock lock(mutex_);
      batches.swap(waiting_);
      waiting_.swap(spare_);
    }
    round_.commit(batches, &owner == this ? CommitBy::thread : CommitBy::turn);
    hand_over();
    // Others first: their threads can send while this one builds its own answers.
    for (const SubmittedBatch& each : batches) {
      if (each.owner != &owner) each.owner->finished(each.batch);
    }
    for (const SubmittedBatch& each : batches) {
      if (each.owner == &owner) each.owner->finished(each.batch);
    }
    batches.clear();
    const MutexLock lock(mutex_);
    spare_.swap(batches);
  }

  void hand_over() noexcept {
    // All under the lock: the next leader may commit, and its session end, as soon as it is free.
    const MutexLock lock(mutex_);
    leading_ = false;
    const CommitFacts& last = round_.last_commit();
    std::size_t waiting = 0;
    for (const SubmittedBatch& each : waiting_) waiting += each.batch.count;
    load_.note_commit(last.writes, waiting, last.sync_time);
    if (waiting_.empty()) return set_leader(nullptr);
    BatchOwner* const next = thread_leads() ? this : waiting_.front().owner;
    set_leader(next);
    next->lead_next();
  }

  void run() noexcept {
    for (;;) {
      {
        const MutexLock lock(mutex_);
        while (!stopping_ && leader_ != this) ready_.wait(mutex_);
        if (leader_ != this) return;
        leading_ = true;
      }
      lead(*this);
    }
  }

  // Of the thread.
  void finished(const Batch&) noexcept override {}
  void lead_next() noexcept override { ready_.notify_one(); }

  CommitRound& round_;
  const CommitBy by_;
  Mutex mutex_;
  ConditionVariable ready_;
  std::vector<SubmittedBatch> waiting_ ROLLCALL_GUARDED_BY(mutex_);
  /// Empty; keeps its capacity from round to round.
  std::vector<SubmittedBatch> spare_ ROLLCALL_GUARDED_BY(mutex_);
  /// Leads now or was asked to lead next.
  BatchOwner* leader_ ROLLCALL_GUARDED_BY(mutex_) = nullptr;
  std::atomic<BatchOwner*> leader_hint_{nullptr};  ///< The same, for a look without the lock.
  bool leading_ ROLLCALL_GUARDED_BY(mutex_) = false;
  BatchOwner* last_owner_ ROLLCALL_GUARDED_BY(mutex_) = nullptr;
  CommitLoad load_ ROLLCALL_GUARDED_BY(mutex_);
  bool stopping_ ROLLCALL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  ///< Last: it uses all of the above.
};

}  // namespace

std::unique_ptr<Committer> make_committer(CommitRound& round, CommitBy by) {
  return std::make_unique<QueueCommitter>(round, by);
}

}  // namespace rollcall::storage
