#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "storage/events.hpp"
#include "storage/postgres/fifo.hpp"
#include "storage/postgres/ids.hpp"
#include "storage/postgres/inbox.hpp"
#include "storage/postgres/lane.hpp"
#include "storage/postgres/linger.hpp"
#include "storage/postgres/link.hpp"
#include "storage/postgres/uploads.hpp"
#include "storage/postgres/write_batch.hpp"

namespace rollcall::storage::postgres {

/// All writes of this instance: one batch after the other, over one connection. What comes while a
/// batch is under way is the next. A batch whose connection is lost is sent again, as it was, under
/// its number, until it is known what has become of it. The loop's thread, but for what says so.
class Writer {
 public:
  /// The references must outlive it. `lane` is this instance's; a batch is held back for
  /// `max_linger` at most, so that more writes join it.
  Writer(Link& link, const Lane& lane, const WriteBatch::Rules& rules,
         std::chrono::nanoseconds max_linger, Events& events);

  void add(const PendingWrite& write) { waiting_.push_back(write); }
  /// Takes what the database has answered.
  void receive(Clock::time_point now) {
    if (link_.is_busy()) collect(now);
  }
  /// Goes on as far as it can without waiting.
  void step(Clock::time_point now);
  /// With so many more writes the next batch would begin: 0 while one is under way.
  std::size_t wants() const noexcept {
    if (state_ != State::idle || !link_.is_up()) return 0;
    return linger_.is_on() ? linger_.missing() : 1;
  }
  /// It could begin without any more of them.
  bool has_work() const noexcept { return wants() > 0 && !linger_.is_on() && waits(); }
  /// It is held back at the latest until then; in the past if it is not.
  Clock::time_point holds_until() const noexcept {
    return wants() > 0 && linger_.is_on() ? linger_.until() : Clock::time_point::min();
  }
  /// Ends all that wait, and the batch that is under way; its number is still used up.
  void give_up_all(Clock::time_point now);
  /// Nothing waits, and nothing is under way.
  bool is_idle() const noexcept { return state_ == State::idle && !waits(); }
  const Lane& lane() const noexcept { return lane_; }
  Ids& ids() noexcept { return ids_; }
  Uploads& uploads() noexcept { return uploads_; }
  /// Addresses are unique: as it was opened, or as another instance has made them since.
  bool unique_emails() const noexcept { return rules_.unique_emails; }

  // Any thread.
  Status health() const noexcept { return health_.load(std::memory_order_relaxed); }
  /// What this lane has added to the number of users.
  std::int64_t users() const noexcept { return users_.load(std::memory_order_relaxed); }

  // The thread of an attempt to connect, while the connection is down.
  /// Gets the lane, if another one is needed, and tells the database of ids that it must not give.
  bool set_up(Connection& connection, std::string& error);

 private:
  enum class State : std::uint8_t {
    idle,
    leasing,     ///< Ids are asked for.
    looking,     ///< What the batch depends on is asked for.
    confirming,  ///< It changes nothing. What its answers rest on is made sure to be durable.
    committing,  ///< The batch is, or is to be, sent.
    asking,      ///< The fence refused it: was it done, and to what effect?
    burning,     ///< Nobody waits for it any more, or it can't be done: its number is used up.
  };

  bool waits() const noexcept { return !waiting_.empty() || !again_.empty(); }
  void begin_batch(Clock::time_point now);
  void go_on(Clock::time_point now);
  void lease();
  void look();
  void commit(Clock::time_point now);
  void confirm();
  void ask();
  void burn();
  void use_up_number();
  void collect(Clock::time_point now);
  void heard(Clock::time_point now);
  void committed(Clock::time_point now);
  void take_lease(const Result& lease);
  void failed(Clock::time_point now);
  void answered();
  void end_batch(std::int64_t users, Clock::time_point now);
  void refuse_batch(const std::string& state);
  bool is_of_another(const std::string& state) const;
  bool has_sent_nothing() const noexcept {
    return state_ == State::leasing || state_ == State::looking || state_ == State::confirming;
  }
  void lose_lane(Clock::time_point now);
  void give_up_late(Clock::time_point now);
  void give_up_batch(Clock::time_point now);
  void put_back(const std::vector<PendingWrite>& writes) { again_.put_back(writes); }
  void expire(Clock::time_point now);
  void expire(const PendingWrite& write);
  void note_health(Clock::time_point now);

  Link& link_;
  Events& events_;
  WriteBatch::Rules rules_;
  Lane lane_;
  Lane taken_;  ///< The thread's of an attempt, until it is over.
  bool lane_lost_ = false;
  Ids ids_;
  Uploads uploads_;
  Fifo<PendingWrite> again_;  ///< Before those that wait.
  Fifo<PendingWrite> waiting_;
  Linger linger_;

  State state_ = State::idle;
  WriteBatch batch_;
  Looked looked_;
  Script script_;    ///< The batch, as it is sent and sent again.
  Script question_;  ///< Of the other states.
  std::size_t lease_place_ = 0;
  std::uint64_t leasing_ = 0;  ///< Ids that are asked for.
  bool uncertain_ = false;     ///< It was sent, and what became of it is not known.
  int attempts_ = 0;           ///< Of the batch that were refused for a reason that passes.
  std::size_t most_ = max_batch;
  std::size_t size_ = 0;       ///< Of the batch.
  Clock::time_point sent_{};   ///< The batch, first.
  Clock::time_point heard_{};  ///< The database has answered something.
  Clock::time_point done_{};   ///< A batch was done, last.
  bool stopped_ = false;       ///< The operator was told.

  std::atomic<Status> health_{Status::ok};
  std::atomic<std::int64_t> users_{0};
  std::atomic<UserId> largest_{0};
};

}  // namespace rollcall::storage::postgres
