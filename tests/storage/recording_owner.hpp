#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "storage/store.hpp"

namespace rollcall::storage {

/// A session's owner whose loop is driven by the test: notes what is completed, and waits for
/// wakes.
class RecordingOwner final : public SessionOwner {
 public:
  void completed(WriteOperation& operation) noexcept override { written.push_back(&operation); }
  void completed(ExportOperation& operation) noexcept override { exported.push_back(&operation); }
  void completed(ListOperation& operation) noexcept override { listed.push_back(&operation); }
  void completed(FindOperation& operation) noexcept override { found.push_back(&operation); }
  void wake() noexcept override {
    if (on_wake) on_wake();
    const std::lock_guard lock(mutex_);
    ++wakes_;
    woken_.notify_one();
  }

  /// Ends the turn and goes on turning, as an I/O thread does, until `count` writes are completed.
  void turn_until(Session& session, std::size_t count) {
    session.end_turn();
    while (written.size() < count) {
      {
        std::unique_lock lock(mutex_);
        woken_.wait(lock, [this] { return wakes_ > 0; });
        wakes_ = 0;
      }
      session.deliver();
      session.end_turn();
    }
  }

  /// Ends a turn; then waits, for a moment at most, for what other threads may do.
  void turn(Session& session) {
    session.end_turn();
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, std::chrono::milliseconds(1), [this] { return wakes_ > 0; });
    wakes_ = 0;
  }

  /// On the thread that has something to deliver.
  std::function<void()> on_wake;
  std::vector<WriteOperation*> written;
  std::vector<FindOperation*> found;
  std::vector<ListOperation*> listed;
  std::vector<ExportOperation*> exported;

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  int wakes_ = 0;
};

}  // namespace rollcall::storage
