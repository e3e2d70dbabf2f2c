#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "server/clock.hpp"
#include "server/connection/thread_state.hpp"
#include "server/connection/transport.hpp"
#include "server/connections.hpp"
#include "server/limits.hpp"
#include "server/longest_idle.hpp"
#include "server/ops/health.hpp"
#include "server/ops/memory_watch.hpp"
#include "server/ops/thread_metrics.hpp"
#include "server/ready_set.hpp"
#include "server/turn_lag.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

/// One thread, its io_context, its session with the store and the connections that live on
/// it, until give() finds one idle. A turn of its loop: every ready socket is read and what it
/// brought is handled; what that gathered is one batch for the store; then the answers are sent.
class IoThread final : private storage::SessionOwner {
 public:
  /// What a test puts in place of the kernel, and who else takes part. All must outlive the thread.
  struct Environment {
    ReadySet* ready_set = nullptr;  ///< Null: an EpollSet of its own.
    const Clock* clock = &system_clock();
    AnswerObserver* observer = nullptr;       ///< Null: nobody is told of answers.
    const protocol::Site* site = nullptr;     ///< Null: nothing of it is set.
    const TrustedProxies* proxies = nullptr;  ///< Null: no peer is trusted.
    const Health* health = nullptr;           ///< Null: one of its own, which the store decides.
    ThreadMetrics* metrics = nullptr;         ///< Null: its own.
    const MemoryWatch* memory = nullptr;      ///< Null: there is always memory.
    /// How long writes may wait for the store; see Overload.
    std::chrono::milliseconds queue_delay = default_queue_delay;
  };

  /// The thread starts, and opens its session, with start(). `store` must outlive this.
  IoThread(storage::Store& store, const Timeouts& timeouts)
      : IoThread(store, timeouts, Environment{}) {}
  IoThread(storage::Store& store, const Timeouts& timeouts, Environment environment);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// Whom the thread tells, on itself, how its end comes along.
  struct Told {
    /// The first time that is_drained(). It still takes over what others give it.
    std::function<void()> on_drained;
    /// After end(), when is_drained() once more: the last that the thread does.
    std::function<void()> on_ended;
  };
  void start(Told told);
  void join();

  // The steps of start()'s thread, for a caller that runs them itself on one thread (fuzzing).
  void open_session();
  /// Takes a connection over; see adopt().
  void add(std::unique_ptr<Transport> transport, bool turned_away);
  /// Deals with what is ready now; false if nothing was.
  bool take_turn();
  /// Hands what was gathered to the store and sends what it has answered.
  void end_turn();
  /// A tick is over: looks at the deadlines.
  void tick_now();
  /// See drain(), resume(), stop() and cut().
  void drain_now();
  void resume_now();
  void stop_now();
  void cut_now();
  /// See adopt_for_idle(): null, or the connection.
  std::unique_ptr<Transport> add_for_idle(std::unique_ptr<Transport> transport);
  /// See give(): at most `count` of the connections on which nothing is under way; none in a stop.
  std::vector<std::unique_ptr<Transport>> release_idle(std::size_t count);
  /// A stop was asked for, no connection is left and the store has completed everything.
  bool is_drained() const noexcept {
    return state_.ending >= Ending::stopping && connections_.empty() &&
           state_.exchanges.lent() == 0;
  }

  // Any thread.
  /// Takes a connection over. `turned_away`: its first request is answered with 503, unless it is a
  /// probe, and the connection closed.
  void adopt(std::unique_ptr<Transport> transport, bool turned_away);
  /// Takes a connection over in the place of the one that has been idle longest, which is closed.
  /// `tell` is then called on this thread: with null, or with the connection if none is idle.
  void adopt_for_idle(std::unique_ptr<Transport> transport,
                      std::function<void(std::unique_ptr<Transport>)> tell);
  /// Gives at most `count` connections on which nothing is under way to `to`.
  void give(std::size_t count, IoThread& to);
  /// What the thread has used of a processor since it started.
  std::chrono::nanoseconds processor_time() noexcept;
  /// Ending::draining from now on: each connection is closed behind the next answer behind which
  /// nothing has come.
  void drain();
  /// Takes drain() back, unless the thread stops.
  void resume();
  /// Ending::stopping: what is in flight is answered, then each connection is closed. Nothing is
  /// given to another thread any more.
  void stop();
  /// The thread is to end when is_drained(): no other thread has anything to give to it.
  void end();
  /// Connection::stop_stream() for each, and for streams that begin later.
  void stop_streams();
  /// About since when the one has been idle that has been longest: as of the last tick.
  Clock::time_point longest_idle_since() const noexcept {
    return longest_idle_since_.load(std::memory_order_relaxed);
  }
  /// When it last had time to look around, and since when its oldest write waits: as of then.
  Health::Signs signs() const noexcept {
    return {turned_.load(std::memory_order_relaxed),
            writes_wait_since_.load(std::memory_order_relaxed)};
  }
  /// Cuts every connection, answered or not; the store still completes what it has.
  void cut();
  /// Connections adopted and not closed yet, without those turned away, and those.
  std::size_t connection_count() const noexcept {
    return connection_count_.load(std::memory_order_relaxed);
  }
  std::size_t turned_away_count() const noexcept {
    return turned_away_count_.load(std::memory_order_relaxed);
  }

  /// How long a connection that is ready waits for this thread.
  const TurnLag& lag() const noexcept { return lag_; }
  /// Connections adopted and not taken over yet.
  std::size_t handed_over() const noexcept { return handed_over_.load(std::memory_order_relaxed); }

  /// What it counts.
  const ThreadMetrics& metrics() const noexcept { return metrics_; }

  // On its own thread.
  /// Who may go on.
  const Admission& admission() const noexcept { return state_.admission; }
  const Connections& connections() const noexcept { return connections_; }

 private:
  void completed(storage::WriteOperation& operation) noexcept override;
  void completed(storage::FindOperation& operation) noexcept override;
  void completed(storage::ListOperation& operation) noexcept override;
  void completed(storage::ExportOperation& operation) noexcept override;
  void wake() noexcept override;

  void run();
  void wait_until_ready();
  void take_turns();
  void take_over(std::unique_ptr<Transport> transport, bool turned_away);
  void schedule();
  void let_on();
  void remove(Connection& connection);
  void start_tick();
  void note_admitted_writes();
  void refresh_clock();
  std::atomic<std::size_t>& count_of(bool turned_away) noexcept {
    return turned_away ? turned_away_count_ : connection_count_;
  }
  void stop_if_drained();

  storage::Store& store_;
  std::unique_ptr<const Health> own_health_;
  boost::asio::io_context context_;
  std::unique_ptr<ReadySet> own_ready_set_;
  ReadySet& ready_set_;
  const Clock& clock_;
  std::unique_ptr<ThreadMetrics> own_metrics_;
  ThreadMetrics& metrics_;
  const MemoryWatch* const memory_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> ready_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      ticker_;
  ThreadState state_;
  Connections connections_;
  LongestIdle longest_idle_;
  std::vector<Connection*> resuming_;
  bool turn_scheduled_ = false;
  Told told_;
  enum class Drained : std::uint8_t { not_yet, told, may_end } drained_ = Drained::not_yet;
  std::atomic<Clock::time_point> longest_idle_since_{Clock::time_point::max()};
  std::atomic<Clock::time_point> turned_;
  std::atomic<Clock::time_point> writes_wait_since_{Clock::time_point::max()};
  std::atomic<std::size_t> connection_count_{0};
  std::atomic<std::size_t> turned_away_count_{0};
  std::atomic<std::size_t> handed_over_{0};
  TurnLag lag_;
  std::unique_ptr<storage::Session> session_;
  std::thread thread_;
};

}  // namespace rollcall::server
