#pragma once

#include <cstddef>
#include <cstdint>

namespace rollcall::storage {

/// How a verb ended.
enum class Status : std::uint8_t {
  ok,                 ///< Done, and as durable as the store makes anything.
  not_found,          ///< No user has this id.
  condition_failed,   ///< Nothing was kept; the user is not in the state that the write asks for.
  email_taken,        ///< Nothing was kept; another user has this address, and they are unique.
  replayed,           ///< This write was made before with its key; `id` and `user` are those of
                      ///< then. Nothing more was kept.
  key_reused,         ///< Nothing was kept; the key was used for another write.
  key_in_flight,      ///< Nothing was kept; a write with this key is under way.
  disk_full,          ///< Nothing was kept; writes come back by themselves once there is room.
  io_error,           ///< Nothing was kept; a later write may succeed.
  sync_failed,        ///< Nothing was kept; the store takes no write again until it is reopened.
  busy,               ///< Nothing was kept; another process holds the data file's write lock.
  queue_full,         ///< Nothing was kept; max_pending_writes writes wait already.
  ids_exhausted,      ///< Nothing was kept; max_user_id has been given out, so no user is created.
  changed_elsewhere,  ///< Nothing was kept; another process wrote to the data file, so what is in
                      ///< memory is out of date: the store takes no write until it is reopened.
  file_replaced,      ///< Nothing was kept; the data file was removed, replaced or written to while
                      ///< it was served: the store takes no write until it is reopened.
  out_of_memory,      ///< Nothing was kept; a later write may succeed.
  cancelled,          ///< Nothing was kept or found; see Session::cancel().
  unavailable,        ///< Nothing was kept or found; the database can't be reached.
  unknown,            ///< The database was told to keep it, and has not said whether it did.
};

inline constexpr std::size_t status_count = static_cast<std::size_t>(Status::unknown) + 1;

/// What a status says about the operation. In a store of this process it is never unknown.
enum class Outcome : std::uint8_t {
  done,      ///< As it was asked for.
  refused,   ///< For what it asks or for what the store contains: asked again, it is refused again.
  not_done,  ///< And never will be: it may be asked again.
  unknown,   ///< Done, or not done, or done later: with its key it may be asked again.
};

constexpr Outcome outcome_of(Status status) noexcept {
  switch (status) {
    case Status::ok:
    case Status::replayed:
      return Outcome::done;
    case Status::not_found:
    case Status::condition_failed:
    case Status::email_taken:
    case Status::key_reused:
    case Status::key_in_flight:
    case Status::ids_exhausted:
      return Outcome::refused;
    case Status::unknown:
      return Outcome::unknown;
    case Status::disk_full:
    case Status::io_error:
    case Status::sync_failed:
    case Status::busy:
    case Status::queue_full:
    case Status::changed_elsewhere:
    case Status::file_replaced:
    case Status::out_of_memory:
    case Status::cancelled:
    case Status::unavailable:
      break;
  }
  return Outcome::not_done;
}

/// Whether writes stay refused until the store is opened again.
constexpr bool is_lasting(Status status) noexcept {
  return status == Status::sync_failed || status == Status::changed_elsewhere ||
         status == Status::file_replaced;
}

}  // namespace rollcall::storage
