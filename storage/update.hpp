#pragma once

#include "storage/store.hpp"

namespace rollcall::storage {

/// What becomes of a replacement or removal when the user is `current`, or is not there (null):
/// sets the operation's status, and for a partial replacement its user. `current` must stay in
/// place only for the call.
void decide(WriteOperation& operation, const UserView* current) noexcept;

}  // namespace rollcall::storage
