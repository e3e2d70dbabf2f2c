#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "storage/events.hpp"
#include "storage/local/decider.hpp"
#include "storage/local/journal.hpp"
#include "storage/local/table.hpp"
#include "storage/mutex.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"

/// Group commit: what many sessions gather becomes one transaction with one sync. After LevelDB's
/// writer queue (db/db_impl.cc, DBImpl::Write), but no thread ever blocks for another's commit.
namespace rollcall::storage {

/// Writes in the order in which they were asked for; an intrusive list, it owns nothing.
struct Batch {
  WriteOperation* first = nullptr;
  WriteOperation* last = nullptr;
  std::size_t count = 0;

  bool empty() const noexcept { return first == nullptr; }
  void append(WriteOperation& operation) noexcept;
  void append(const Batch& other) noexcept;
};

/// Who gets a batch's results. Its batch is finished on the thread that led the commit, which is
/// its own thread or not.
class BatchOwner {
 public:
  /// Called once a round, on the leader's thread, with operations whose id and status are set.
  virtual void finished(const Batch& batch) noexcept = 0;

  /// Called on any thread: asks that the owner's thread calls Committer::end_turn() soon.
  virtual void lead_next() noexcept = 0;

 protected:
  ~BatchOwner() = default;
};

/// A batch in the queue of those that wait for a commit.
struct SubmittedBatch {
  BatchOwner* owner;
  Batch batch;
};

/// Commits what is taken from the queue: gives ids, decides what becomes of each replacement and
/// removal, writes the journal, makes it all visible. One thread at a time (the leader), each round
/// after the one before.
class CommitRound {
 public:
  /// `last_id` is the largest id ever given out. The references must outlive this.
  CommitRound(Journal& journal, Table& table, Decider& decider, UserId last_id,
              Events& events) noexcept
      : journal_(journal), table_(table), decider_(decider), events_(events), last_id_(last_id) {
    note_figures();
  }

  /// Ids rise in the order of the commits and, within one, of the queue: who has seen an id will
  /// never see a smaller one appear later. An operation sees the effect of those before it. Every
  /// operation's id and status are set on return; if the journal fails, all get its status, as what
  /// was decided of one may rest on another. Without memory the process ends (end_without_memory).
  /// `by` is who calls: CommitBy::turn or thread.
  void commit(const std::vector<SubmittedBatch>& batches, CommitBy by) noexcept;

  /// The latest commit of the journal. The leader's thread.
  const CommitFacts& last_commit() const noexcept { return last_; }

  /// Upkeep of the journal, between rounds.
  void maintain() noexcept;

  using Clock = std::chrono::steady_clock;
  /// It is `now`: whether what time brings on is due, at most once in upkeep_interval; the next
  /// maintain() does it. Any thread.
  bool tick(Clock::time_point now) noexcept;
  /// maintain() has something of that to do. Any thread.
  bool is_due() const noexcept { return due_.load(std::memory_order_acquire); }

  /// Held while a batch is made visible: whoever holds it sees all of a batch or nothing.
  Mutex& showing() noexcept ROLLCALL_RETURNS(showing_) { return showing_; }

  /// A batch can't even be queued.
  [[noreturn]] void end_for_memory() noexcept { end_without_memory(events_); }

  /// StoreFigures::keys and wal_octets, as of the latest round or upkeep. Any thread.
  std::uint64_t keys() const noexcept { return key_count_.load(std::memory_order_relaxed); }
  std::uint64_t wal_octets() const noexcept { return wal_octets_.load(std::memory_order_relaxed); }

  /// How the latest round that wrote ended; a lasting one stays. Any thread.
  Status health() const noexcept { return health_.load(std::memory_order_acquire); }

 private:
  void try_to_commit(const std::vector<SubmittedBatch>& batches, CommitBy by);
  Status write(const Batch& batch, CommitBy by);
  Status make_durable(const Batch& batch, std::size_t writes, CommitBy by);
  void note_figures() noexcept;
  void show_all(const Batch& batch, Status status) noexcept;
  void show(const WriteOperation& operation) noexcept;
  void set_health(Status status) noexcept;
  Status look() noexcept;

  Journal& journal_;
  Table& table_;
  Decider& decider_;
  Events& events_;
  UserId last_id_;
  CommitFacts last_;
  bool wal_is_large_ = false;   ///< The operator knows.
  Status upkeep_ = Status::ok;  ///< How the latest upkeep ended.
  Mutex showing_;
  std::atomic<Status> health_{Status::ok};
  std::atomic<std::uint64_t> key_count_{0};
  std::atomic<std::uint64_t> wal_octets_{0};
  std::atomic<Clock::time_point> last_tick_{Clock::time_point{}};
  std::atomic<bool> due_{false};
};

/// The seam: which thread commits. Destroyed after the last batch is finished.
class Committer {
 public:
  virtual ~Committer() = default;

  /// The owner's thread is at the end of a turn in which it gathered `batch` (maybe empty), and
  /// perhaps answered reads. The batch is taken over and will be finished, here or later. Upkeep
  /// that is due is done even if no batch is there.
  virtual void end_turn(BatchOwner& owner, const Batch& batch, bool has_read) noexcept = 0;

  /// A thread of its own leads and has nothing to do: from so many writes an owner should hand them
  /// over before its turn ends, so that the rest gathers during their sync. Otherwise more than any
  /// turn gathers.
  std::size_t idle_share() const noexcept { return idle_share_.load(std::memory_order_relaxed); }
  /// Takes `batch`, which is not empty, if so; false if the owner is to keep it.
  virtual bool hand_over(BatchOwner& owner, const Batch& batch) noexcept = 0;

 protected:
  static constexpr std::size_t no_share = std::numeric_limits<std::size_t>::max();
  std::atomic<std::size_t> idle_share_{no_share};
};

/// CommitBy::turn: the thread whose turn ends commits, for itself and for all that wait; when more
/// has been queued meanwhile, the owner of the oldest batch leads next. CommitBy::thread: a thread
/// of its own commits, and no other ever waits for the disk. CommitBy::load: by thread or by turn,
/// as CommitLoad wants it.
std::unique_ptr<Committer> make_committer(CommitRound& round, CommitBy by);

}  // namespace rollcall::storage
