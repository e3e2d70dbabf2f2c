#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "storage/open_error.hpp"
#include "storage/postgres/downloads.hpp"
#include "storage/postgres/finder.hpp"
#include "storage/postgres/gathering.hpp"
#include "storage/postgres/link.hpp"
#include "storage/postgres/lister.hpp"
#include "storage/postgres/waker.hpp"
#include "storage/postgres/writer.hpp"

namespace rollcall::storage::postgres {

/// The thread that has all connections to the database: it takes what sessions hand over, and
/// gives each operation back through their inboxes.
class Loop {
 public:
  /// `first` is a connection that is set up for writes, `lane` the lane that was taken over it,
  /// `others` the users that other lanes have made. `max_linger` is for Linger. `events` must
  /// outlive it.
  Loop(const std::string& url, const WriteBatch::Rules& rules, std::chrono::nanoseconds max_linger,
       std::unique_ptr<Connection> first, const Lane& lane, std::int64_t others, Events& events);
  /// Ends the thread; nothing may be under way any more.
  ~Loop();

  /// What sessions hand over, and what is given back to them.
  Gathering& gathering() noexcept { return gathering_; }
  Outbox& outbox() noexcept { return outbox_; }

  // Any thread.
  /// See Store::end_within().
  void end_within(std::chrono::milliseconds time) noexcept {
    give_up_at_.store(Clock::now() + time, std::memory_order_relaxed);
  }
  /// See Downloads::begin().
  Status begin_export(ExportOperation& operation) { return downloads_.begin(operation); }
  Status health() const noexcept { return writer_.health(); }
  std::int64_t users() const noexcept {
    return writer_.users() + others_.load(std::memory_order_relaxed);
  }
  std::int64_t keys() const noexcept { return keys_.load(std::memory_order_relaxed); }

 private:
  void run();
  void step(Clock::time_point now);
  void agree_on_host(Clock::time_point now);
  void take_work(Clock::time_point now);
  void give_up_all(Clock::time_point now);
  void look_around(Clock::time_point now);
  bool write_upkeep(Clock::time_point now);
  void take_upkeep(std::span<const Result> results);
  void wait();
  std::chrono::nanoseconds time_to_wait() const;
  void leave();

  Waker waker_;
  Gathering gathering_{waker_};
  std::atomic<bool> stopping_{false};
  std::atomic<Clock::time_point> give_up_at_{Clock::time_point::max()};

  // The thread's.
  Work work_;
  Outbox outbox_;
  Link write_link_;
  Writer writer_;
  Link find_link_;
  Finder finder_;
  ListQueue list_queue_;
  std::array<std::unique_ptr<Link>, list_connections> list_links_;
  std::vector<Lister> listers_;
  Downloads downloads_;
  Script upkeep_;
  std::optional<Host> host_;     ///< That the writes go to.
  Clock::time_point reached_{};  ///< The writes' connection was made, last.
  Clock::time_point looked_{};
  Clock::time_point lived_ = Clock::now();
  std::vector<Link*> links_;
  std::vector<pollfd> wanted_;

  std::atomic<std::int64_t> others_;
  std::atomic<std::int64_t> keys_{0};
  std::thread thread_;  ///< Last: it uses all of the above.
};

/// Looks at the settings of a connection for writes and prepares its statements. False, with
/// `failure`.
bool set_up_writes(Connection& connection, bool ordered_ids, OpenFailure& failure);

}  // namespace rollcall::storage::postgres
