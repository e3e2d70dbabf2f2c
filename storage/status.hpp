#pragma once

#include <cstdint>

namespace rollcall::storage {

/// How a verb ended.
enum class Status : std::uint8_t {
  ok,                 ///< Done, and as durable as the store makes anything.
  not_found,          ///< No user has this id.
  condition_failed,   ///< Nothing was kept; the user is not in the state that the write asks for.
  email_taken,        ///< Nothing was kept; another user has this address, and they are unique.
  replayed,           ///< A creation with this key was made before: `id` is its, and nothing more
                      ///< was kept.
  key_reused,         ///< Nothing was kept; the key was used for the creation of another user.
  key_in_flight,      ///< Nothing was kept; a creation with this key is under way.
  disk_full,          ///< Nothing was kept; writes come back by themselves once there is room.
  io_error,           ///< Nothing was kept; a later write may succeed.
  sync_failed,        ///< Nothing was kept; the store takes no write again until it is reopened.
  busy,               ///< Nothing was kept; another process holds the data file's write lock.
  queue_full,         ///< Nothing was kept; max_pending_writes writes wait already.
  ids_exhausted,      ///< Nothing was kept; max_user_id has been given out, so no user is created.
  changed_elsewhere,  ///< Nothing was kept; another process wrote to the data file, so what is in
                      ///< memory is out of date: the store takes no write until it is reopened.
};

/// Whether writes stay refused until the store is opened again.
constexpr bool is_lasting(Status status) noexcept {
  return status == Status::sync_failed || status == Status::changed_elsewhere;
}

}  // namespace rollcall::storage
