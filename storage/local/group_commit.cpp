#include "storage/local/group_commit.hpp"

#include <new>
#include <thread>
#include <utility>

#include "storage/limits.hpp"

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

Status CommitRound::write(const Batch& batch) {
  if (is_lasting(health())) return health();
  using Verb = WriteOperation::Verb;
  bool plain = !decider_.unique_emails();
  for (const WriteOperation* each = batch.first; each != nullptr && plain; each = each->next) {
    plain = each->verb == Verb::create && each->key == nullptr;
  }
  decider_.begin(plain);
  UserId id = last_id_;
  bool any = false;
  for (WriteOperation* each = batch.first; each != nullptr; each = each->next) {
    if (each->verb == Verb::create && id == max_user_id) {
      each->status = Status::ids_exhausted;
      continue;
    }
    decider_.decide(*each, id + 1);
    if (each->status != Status::ok) continue;
    any = true;
    if (each->verb == Verb::create) ++id;
  }
  if (any) {
    const Status status = journal_.commit(batch.first, decider_.keys().forgotten_through());
    set_health(status);
    if (status != Status::ok) {
      decider_.drop();
      return status;
    }
  }
  decider_.keep();
  last_id_ = id;
  return Status::ok;
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
  if (status == Status::ok) status = journal_.maintain();
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
    set_health(journal_.commit(nullptr, keys.forgotten_through()));
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

void CommitRound::commit(const std::vector<SubmittedBatch>& batches) noexcept {
  try {
    try_to_commit(batches);
  } catch (const std::bad_alloc&) {
    end_for_memory();
  }
}

void CommitRound::try_to_commit(const std::vector<SubmittedBatch>& batches) {
  Batch all;
  for (const SubmittedBatch& each : batches) all.append(each.batch);
  const Status status = write(all);
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

class TurnCommitter final : public Committer {
 public:
  explicit TurnCommitter(CommitRound& round) noexcept : round_(round) {}

  void end_turn(BatchOwner& owner, const Batch& batch) noexcept override {
    try {
      if (!queue(owner, batch)) return;
    } catch (const std::bad_alloc&) {
      round_.end_for_memory();
    }
    lead(owner);
  }

 private:
  /// Whether the owner is to lead now.
  bool queue(BatchOwner& owner, const Batch& batch) {
    const MutexLock lock(mutex_);
    if (!batch.empty()) waiting_.push_back({&owner, batch});
    if (waiting_.empty() && !round_.is_due()) return false;
    if ((leader_ != nullptr && leader_ != &owner) || leading_) return false;
    leader_ = &owner;
    leading_ = true;
    return true;
  }

  void lead(BatchOwner& owner) noexcept {
    round_.maintain();
    std::vector<SubmittedBatch> batches;
    {
      const MutexLock lock(mutex_);
      batches.swap(waiting_);
      waiting_.swap(spare_);
    }
    round_.commit(batches);
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
    leader_ = waiting_.empty() ? nullptr : waiting_.front().owner;
    if (leader_ != nullptr) leader_->lead_next();
  }

  CommitRound& round_;
  Mutex mutex_;
  std::vector<SubmittedBatch> waiting_ ROLLCALL_GUARDED_BY(mutex_);
  /// Empty; keeps its capacity from round to round.
  std::vector<SubmittedBatch> spare_ ROLLCALL_GUARDED_BY(mutex_);
  /// Leads now or was asked to lead next.
  BatchOwner* leader_ ROLLCALL_GUARDED_BY(mutex_) = nullptr;
  bool leading_ ROLLCALL_GUARDED_BY(mutex_) = false;
};

class ThreadCommitter final : public Committer {
 public:
  explicit ThreadCommitter(CommitRound& round) : round_(round), thread_([this] { run(); }) {}

  ~ThreadCommitter() override {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    ready_.notify_one();
    thread_.join();
  }

  void end_turn(BatchOwner& owner, const Batch& batch) noexcept override {
    if (batch.empty() && !round_.is_due()) return;
    try {
      const MutexLock lock(mutex_);
      if (!batch.empty()) waiting_.push_back({&owner, batch});
    } catch (const std::bad_alloc&) {
      round_.end_for_memory();
    }
    ready_.notify_one();
  }

 private:
  void run() noexcept {
    std::vector<SubmittedBatch> batches;
    for (;;) {
      round_.maintain();
      {
        const MutexLock lock(mutex_);
        while (!stopping_ && waiting_.empty() && !round_.is_due()) ready_.wait(mutex_);
        if (waiting_.empty() && stopping_) return;
        batches.swap(waiting_);
      }
      round_.commit(batches);
      for (const SubmittedBatch& each : batches) each.owner->finished(each.batch);
      batches.clear();
    }
  }

  CommitRound& round_;
  Mutex mutex_;
  ConditionVariable ready_;
  std::vector<SubmittedBatch> waiting_ ROLLCALL_GUARDED_BY(mutex_);
  bool stopping_ ROLLCALL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  ///< Last: it uses all of the above.
};

}  // namespace

std::unique_ptr<Committer> make_turn_committer(CommitRound& round) {
  return std::make_unique<TurnCommitter>(round);
}

std::unique_ptr<Committer> make_thread_committer(CommitRound& round) {
  return std::make_unique<ThreadCommitter>(round);
}

}  // namespace rollcall::storage
