#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>

#include "server/ops/access_recorder.hpp"
#include "server/ops/log_line.hpp"
#include "server/ops/log_settings.hpp"
#include "server/ops/server_log.hpp"
#include "storage/mutex.hpp"

namespace rollcall::server {

/// The access log: a line for each answer that its recorders note, in the log of the server. A
/// thread of its own gathers and writes them every access_log_interval, and is the only one that
/// waits for who reads them.
class AccessLog {
 public:
  /// `log` must outlive this. Throws std::system_error if there is no thread.
  AccessLog(const LogSettings& settings, ServerLog& log);
  /// Writes what is noted; who reads too slowly, for longer than log_flush_time, loses the rest, of
  /// `log` too.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// For the answers of one more I/O thread; lives as long as this.
  AnswerObserver& add_thread();
  /// Answers that should be in the log and are not, so far.
  std::uint64_t dropped() const;

 private:
  void run();
  void write_some();
  void gather(AccessRing& ring);
  void put();

  const LogSettings settings_;
  ServerLog& log_;
  mutable storage::Mutex mutex_;
  std::deque<AccessRecorder> threads_ ROLLCALL_GUARDED_BY(mutex_);
  std::string lines_;  ///< Gathered, of `line_count_` answers.
  std::uint64_t line_count_ = 0;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> ends_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;  ///< Last: it uses all of the above.
};

}  // namespace rollcall::server
