#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "protocol/problem.hpp"
#include "server/clock.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

/// Whether the server should get traffic, and if not, why. The program has one; probes, and who
/// hands out connections, read it. Any thread may call anything.
class Health {
 public:
  /// Of several that apply, the one that comes first here; `ready` if none does.
  enum class State : std::uint8_t {
    draining,              ///< Requests are answered, but new traffic should go elsewhere.
    starting,              ///< The store is being loaded.
    store_refuses_writes,  ///< Until a restart (storage::is_lasting()), or it has no database.
    store_hung,            ///< What the store has been asked for does not come.
    ready,                 ///< Traffic is welcome.
  };
  /// What one I/O thread, or the one that is worst off, last said of itself.
  struct Signs {
    Clock::time_point turned;  ///< When its event loop last turned.
    /// Since when its oldest write has waited for the store; time_point::max() if none waits.
    Clock::time_point writes_wait_since = Clock::time_point::max();
  };

  /// State::starting.
  Health() = default;
  /// State::ready, as far as `store` is; see serve().
  explicit Health(const storage::Store& store) noexcept { serve(store); }
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  /// The store is loaded. It must outlive this, or stop_serving() must be called before it goes.
  void serve(const storage::Store& store) noexcept;
  /// From now on State::draining, or no longer: the store decides again.
  void drain() noexcept { draining_.store(true, std::memory_order_relaxed); }
  void resume() noexcept { draining_.store(false, std::memory_order_relaxed); }
  /// The store is about to be closed: as before serve().
  void stop_serving() noexcept { store_.store(nullptr, std::memory_order_release); }

  /// `worst` is as of `now`: a thread that has not turned, or a write that has waited, for more
  /// than store_hung_time means State::store_hung. It ends with the next call that finds neither.
  void look(const Signs& worst, Clock::time_point now) noexcept;

  State state() const noexcept;
  /// Null while ready; otherwise the problem with which a readiness probe is answered.
  std::optional<protocol::Problem> problem() const noexcept;
  /// One English sentence or two: why it is not ready, or "ready".
  const char* reason() const noexcept;

 private:
  /// The state, and what the store says if that is the state.
  struct Found {
    State state;
    storage::Status store;
  };
  Found find() const noexcept;

  std::atomic<const storage::Store*> store_{nullptr};  ///< Null while it is loaded or closed.
  std::atomic<bool> draining_{false};
  std::atomic<bool> hung_{false};
};

/// `state` in one word, such as for a metric: "ready", "store_hung".
const char* name_of(Health::State state) noexcept;

}  // namespace rollcall::server
