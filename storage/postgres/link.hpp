#pragma once

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/postgres/connection.hpp"
#include "storage/postgres/hosts.hpp"
#include "storage/postgres/limits.hpp"
#include "storage/postgres/script.hpp"
#include "storage/postgres/waker.hpp"

namespace rollcall::storage::postgres {

/// One connection that is made again whenever it is lost. Connecting waits, so each attempt has a
/// thread of its own; everything else is the business of one thread, that of the loop. One script
/// at a time is under way.
class Link {
 public:
  /// Gets a connection ready: settings, prepared statements. On the thread of the attempt. False,
  /// with why in the string.
  using SetUp = std::function<bool(Connection&, std::string&)>;

  /// `waker` wakes the loop, and must outlive this.
  Link(std::string url, SetUp set_up, Waker& waker);
  ~Link();

  /// Takes a connection that was made before the loop began.
  void adopt(std::unique_ptr<Connection> connection);

  /// Begins an attempt, or takes the result of one.
  void step(Clock::time_point now);
  bool is_up() const noexcept { return connection_ != nullptr; }
  /// Since when it is, or was last.
  Clock::time_point up_since() const noexcept { return up_since_; }
  /// Since when it is not up.
  Clock::time_point down_since() const noexcept { return down_since_; }
  /// Why the last attempt failed, or the connection was lost: one line.
  const std::string& reason() const noexcept { return reason_; }

  /// Sends; is_up() and not is_busy(). A connection that is lost meanwhile shows in collect().
  void send(const Script& script);
  /// A script was sent, and its end has not been collected.
  bool is_busy() const noexcept { return busy_; }
  enum class Reply : std::uint8_t {
    none,       ///< Not all of it has come yet.
    committed,  ///< All statements were executed, and the transaction has ended well.
    failed,     ///< Nothing was done: the statement in failure() was refused.
    lost,       ///< The connection is gone, or a warning says that the commit is not safe: nobody
                ///< knows whether it was done.
  };
  /// What has become of the script that is under way. On anything but `none` it is no longer.
  Reply collect();
  /// One for each statement of the script that was collected last, if it was committed.
  const std::vector<Result>& results() const noexcept { return results_; }
  const Result& failure() const noexcept { return failure_; }
  /// Drops the connection: what is under way will never be collected.
  void lose(std::string reason, Clock::time_point now);

  /// As lose(), because it has not answered in time: another host, if there is one, is tried before
  /// this one.
  void lose_silent(Clock::time_point now);
  /// It was lost so, and no other one has been made since.
  bool is_silent() const noexcept { return !connection_ && route_.last; }
  /// From the next step() on only connections to this host, if there is one, are made and kept.
  /// What is under way to another one is lost, as collect() says.
  void keep_to(const std::optional<Host>& host) {
    if (route_.only != host) route_.only = host;
  }
  /// A database was reached: there is no need to wait for the next attempt.
  void hasten(Clock::time_point now) noexcept { next_attempt_ = std::min(next_attempt_, now); }
  /// Of the connection, which is_up().
  const Host& host() const noexcept { return connection_->host(); }

  /// It is to go: an attempt that is under way ends soon, and no other one begins.
  void leave() noexcept { stopping_.store(true, std::memory_order_relaxed); }
  /// As leave(), and waits until no attempt is under way.
  void end() noexcept;
  /// No attempt is under way, so that it can be destroyed without waiting.
  bool has_left() const noexcept {
    return !attempt_ || attempt_->over.load(std::memory_order_acquire);
  }

  /// Nothing need be waited for: what was sent was answered before send() had returned.
  bool has_answer() const noexcept { return connection_ && busy_ && connection_->has_result(); }
  /// What to wait for: a descriptor of -1 is nothing. ready() says that it has come.
  pollfd wanted() const noexcept;
  void ready() noexcept { ready_ = true; }

 private:
  struct Attempt {
    Route route;
    std::thread thread;
    std::atomic<bool> over{false};
    std::unique_ptr<Connection> made;
    std::string error;
  };
  void begin_attempt();
  void connect(Attempt& attempt) noexcept;
  void end_attempt() noexcept;
  void pause(Clock::time_point now);

  const std::string url_;
  const SetUp set_up_;
  Route route_;
  Waker& waker_;
  /// Ends an attempt early. Connections look at it as long as they live.
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Attempt> attempt_;
  std::unique_ptr<Connection> connection_;
  std::vector<Result> results_;
  Result failure_;
  bool busy_ = false;
  bool left_busy_ = false;  ///< keep_to() has ended what was under way; collect() is to say so.
  bool ready_ = false;      ///< The socket may have something, or take something.
  std::string reason_;
  Clock::time_point up_since_{};
  Clock::time_point down_since_ = Clock::now();
  Clock::time_point next_attempt_{};
  std::chrono::milliseconds pause_ = min_retry;  ///< Before the next attempt after a failure.
  bool achieved_ = false;                        ///< Something was committed over the connection.
};

}  // namespace rollcall::storage::postgres
