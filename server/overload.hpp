#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/clock.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

/// How many writes of one I/O thread may wait for the store: as many as it completes within
/// `--max-queue-delay`, as far as that was seen. One more would be answered so late that its client
/// has given up, and would delay those behind it. Looks at the clock once a turn, not once a write.
/// One thread.
class Overload {
 public:
  enum class State : std::uint8_t {
    off,       ///< Any number may wait.
    calm,      ///< Writes are made in time.
    late,      ///< The last ones were not, which may have been a pause of the disk.
    limiting,  ///< The limit is what the store completes in time.
  };
  /// Of the store's session: see storage::Session.
  struct Writes {
    std::size_t pending;
    std::uint64_t completed;
  };

  /// Writes may wait for `most`; 0 is Overload::State::off.
  explicit Overload(std::chrono::milliseconds most) noexcept;

  /// Whether one more creation may wait when so many writes do: none while there is no memory.
  bool admits_creation(std::size_t pending) const noexcept { return pending < creation_limit_; }
  /// No creation is admitted from now on, or as many as writes again.
  void stop_creations(bool stopped) noexcept {
    creations_stopped_ = stopped;
    creation_limit_ = stopped ? 0 : limit_;
  }
  bool creations_stopped() const noexcept { return creations_stopped_; }
  /// Whether one more write may wait when so many do.
  bool admits(std::size_t pending) const noexcept { return pending < limit_; }
  /// The same for what can wait elsewhere, such as a stream: the other half is for those that
  /// can't.
  bool has_room(std::size_t pending) const noexcept { return pending < limit_ / 2; }
  /// Writes that may wait.
  std::size_t limit() const noexcept { return limit_; }
  State state() const noexcept { return state_; }
  /// How long they may.
  std::chrono::milliseconds most() const noexcept { return most_; }

  /// Whether a turn is to look for ready sockets once more, after `looks`, the last of which found
  /// `ready`, with so many writes pending. While many bring writes it goes on, up to max_looks:
  /// what waited for the next turn would be seen by nobody, and wait ever longer.
  bool looks_again(int looks, std::size_t ready, std::size_t pending) const noexcept {
    const bool bring_writes = ready >= max_ready_a_turn &&
                              2 * pending >= static_cast<std::size_t>(looks) * max_ready_a_turn;
    return looks < (bring_writes || !admits(pending) ? max_looks : max_polls_a_turn);
  }
  static constexpr int max_looks = 8 * max_polls_a_turn;

  /// admits() was false.
  void refused() noexcept { refused_ = true; }
  /// A turn began at `begun`, and what it has gathered is about to be handed to the store.
  void before_commit(const Writes& writes, Clock::time_point begun) noexcept {
    if (state_ == State::off) return;
    // A store that hangs completes nothing, which is known before it does.
    if (last_ != 0 && begun - begun_ > sudden_lateness * most_) {
      measured(writes.completed - first_, begun);
      stop_creations(creations_stopped_);
    }
    if (last_ != 0 || writes.pending == 0) return;
    begun_ = begun;
    first_ = writes.completed;
    last_ = writes.completed + writes.pending;
  }
  /// The turn ends, at `now`, with so many writes completed in all.
  void after_commit(std::uint64_t completed, Clock::time_point now) noexcept {
    if (last_ == 0 || completed < last_) return;
    last_ = 0;
    measured(completed - first_, now);
    stop_creations(creations_stopped_);
  }

 private:
  void measured(std::uint64_t writes, Clock::time_point now) noexcept;
  void guess_by(std::uint64_t rate) noexcept;

  const std::chrono::milliseconds most_;
  std::size_t limit_;
  std::size_t creation_limit_ = limit_;
  bool creations_stopped_ = false;
  State state_;
  bool is_guess_ = true;        ///< The limit: neither growth nor lateness has set it.
  bool refused_ = false;        ///< Since the last measurement.
  std::uint64_t rate_ = 0;      ///< What that found: writes completed within most_.
  Clock::time_point latest_{};  ///< When it was last late, or had to refuse.

  // The writes that are being measured: those behind the first so many, up to the last one.
  Clock::time_point begun_{};
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;  ///< 0: none.
};

}  // namespace rollcall::server
