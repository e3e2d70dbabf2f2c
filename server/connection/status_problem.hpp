#pragma once

#include "protocol/problem.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

/// The answer to a verb that did not end in Status::ok.
inline protocol::Problem to_problem(storage::Status status) noexcept {
  using protocol::Problem;
  switch (status) {
    case storage::Status::ok:
    case storage::Status::replayed:
    case storage::Status::not_found:
      return Problem::user_not_found;
    case storage::Status::condition_failed:
      return Problem::condition_failed;
    case storage::Status::email_taken:
      return Problem::email_taken;
    case storage::Status::key_reused:
      return Problem::key_reused;
    case storage::Status::key_in_flight:
      return Problem::key_in_flight;
    case storage::Status::disk_full:
      return Problem::storage_full;
    case storage::Status::sync_failed:
      return Problem::storage_faulted;
    case storage::Status::busy:
      return Problem::storage_busy;
    case storage::Status::queue_full:
      return Problem::overloaded;
    case storage::Status::ids_exhausted:
      return Problem::ids_exhausted;
    case storage::Status::changed_elsewhere:
      return Problem::storage_changed;
    case storage::Status::file_replaced:
      return Problem::storage_replaced;
    case storage::Status::out_of_memory:
      return Problem::out_of_memory;
    case storage::Status::unavailable:
      return Problem::database_unavailable;
    case storage::Status::unknown:
      return Problem::outcome_unknown;
    case storage::Status::io_error:
    case storage::Status::cancelled:
      break;
  }
  return Problem::storage_error;
}

}  // namespace rollcall::server
