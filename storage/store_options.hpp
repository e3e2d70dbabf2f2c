#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "storage/limits.hpp"

namespace rollcall::storage {

/// How idempotency keys are remembered.
struct KeyRules {
  std::chrono::seconds lifetime{86'400};
  std::size_t most = 1'000'000;     ///< Remembered; for one more the oldest is dropped early.
  std::int64_t (*now)() = nullptr;  ///< Seconds since 1970; null is the system's clock.
};

/// What a store enforces besides the users themselves.
struct StoreRules {
  KeyRules keys;
  bool unique_email = false;  ///< No two users have the same address.
};

/// Which thread commits the batches of a durable store.
enum class CommitBy : std::uint8_t {
  turn,    ///< The I/O thread at the end of its turn.
  thread,  ///< A thread of its own.
  load,    ///< Either, as suits the load.
};

/// How much memory the process may have while a store is loaded.
struct LoadLimit {
  std::uint64_t octets = 0;             ///< 0 is any amount.
  std::uint64_t (*in_use)() = nullptr;  ///< Octets that it has now; looked at now and then.
};

struct StoreOptions {
  CommitBy commit_by = CommitBy::turn;
  StoreRules rules;
  int checkpoint_frames = default_checkpoint_frames;  ///< Of a durable store.
  LoadLimit load = {};
  /// How long a batch of a shared store may be held back so that more writes join it.
  std::chrono::milliseconds max_linger{0};
};

}  // namespace rollcall::storage
