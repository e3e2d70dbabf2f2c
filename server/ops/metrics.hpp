#pragma once

#include <deque>
#include <string>

#include "server/ops/thread_metrics.hpp"
#include "storage/mutex.hpp"

namespace rollcall::server {

class Exposition;

/// All that the program counts, and the page that says it. Any thread.
class Metrics {
 public:
  /// What a thread is to count in, which lives as long as this.
  ThreadMetrics& add_thread();

  /// The page, in Exposition's format. Nobody who counts waits for it.
  std::string page() const;

 private:
  void write_answers(Exposition& page) const ROLLCALL_REQUIRES(mutex_);
  void write_threads(Exposition& page) const ROLLCALL_REQUIRES(mutex_);

  mutable storage::Mutex mutex_;
  std::deque<ThreadMetrics> threads_ ROLLCALL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::server
