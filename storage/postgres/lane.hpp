#pragma once

#include <cstdint>
#include <string>

#include "storage/postgres/connection.hpp"

namespace rollcall::storage::postgres {

/// An instance's row in the table of lanes: all its batches, one after the other, are numbered by
/// it, and the transaction of each first raises the number there (the fence). So a batch whose
/// result is lost can be sent again under its number: it is done once, whatever becomes of the
/// connections that it was sent on.
struct Lane {
  std::int64_t number = 0;
  std::int64_t owner = 0;  ///< Random: whoever took the lane over has another one.
  std::int64_t batch = 0;  ///< The last one that was done.
  std::int64_t users = 0;  ///< That this lane has made more than removed.
};

/// Takes a lane that nobody has, one whose instance has been silent for lane_lifetime, or a new
/// one: never one that another instance takes at the same time. False, with why in `error`.
bool take_lane(Connection& connection, Lane& lane, std::string& error);

}  // namespace rollcall::storage::postgres
