#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

#include "server/ops/counters.hpp"
#include "server/ops/store_metrics.hpp"
#include "server/ops/thread_metrics.hpp"
#include "storage/mutex.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

class AccessLog;
class Exposition;
class Health;
class ServerLog;

/// All that the program counts, and the page that says it. Any thread.
class Metrics {
 public:
  /// `health` and `log`, which may be null, must outlive this.
  explicit Metrics(const Health& health, const ServerLog* log = nullptr) noexcept
      : health_(health), log_(log) {}

  /// What a thread is to count in, which lives as long as this.
  ThreadMetrics& add_thread();
  StoreMetrics& store() noexcept { return store_metrics_; }
  /// The store is loaded, which took `time`. It must outlive this, or stop_serving() be called.
  void serve(const storage::Store& store, std::chrono::nanoseconds time);
  /// The store is about to go.
  void stop_serving();
  /// A connection was closed before any thread had it. On one thread.
  void closed_early(CloseReason reason) noexcept {
    closed_early_[static_cast<std::size_t>(reason)].add(1);
  }
  /// A connection was dropped that had waited too long to be accepted. On one thread.
  void dropped_waiting() noexcept { dropped_waiting_.add(1); }
  /// One was closed without an answer: too many are being turned away already. On one thread.
  void closed_unanswered() noexcept { closed_unanswered_.add(1); }
  /// Its losses are on the page. It must outlive this, or the page not be asked for any more.
  void count_access_log(const AccessLog& log);
  /// Of add_thread()'s, so many have connections just now.
  void set_working_threads(std::size_t count) noexcept { working_threads_.set(count); }
  void set_max_connections(std::size_t count) noexcept { max_connections_.set(count); }
  /// Octets; 0 is any amount.
  void set_max_memory(std::uint64_t octets) noexcept { max_memory_.set(octets); }

  /// How many connections it is of use to have just now: those that may be open or, while writes
  /// are refused because they would be late, as many as writes may wait.
  std::uint64_t useful_connections() const;

  /// The page, in Exposition's format. Nobody who counts waits for it.
  std::string page() const;

 private:
  void write_answers(Exposition& page) const ROLLCALL_REQUIRES(mutex_);
  void write_problems(Exposition& page) const ROLLCALL_REQUIRES(mutex_);
  void write_connections(Exposition& page) const ROLLCALL_REQUIRES(mutex_);
  void write_threads(Exposition& page) const ROLLCALL_REQUIRES(mutex_);
  void write_store(Exposition& page) const ROLLCALL_REQUIRES(mutex_);
  void write_log(Exposition& page) const ROLLCALL_REQUIRES(mutex_);
  void write_program(Exposition& page) const;

  const Health& health_;
  const ServerLog* const log_;
  StoreMetrics store_metrics_;
  std::array<Counter, close_reason_count> closed_early_;
  Counter dropped_waiting_;
  Counter closed_unanswered_;
  Gauge working_threads_;
  Gauge max_connections_;
  Gauge max_memory_;
  mutable storage::Mutex mutex_;
  std::deque<ThreadMetrics> threads_ ROLLCALL_GUARDED_BY(mutex_);
  const AccessLog* access_log_ ROLLCALL_GUARDED_BY(mutex_) = nullptr;
  const storage::Store* store_ ROLLCALL_GUARDED_BY(mutex_) = nullptr;
  std::chrono::nanoseconds load_time_ ROLLCALL_GUARDED_BY(mutex_){0};
};

}  // namespace rollcall::server
