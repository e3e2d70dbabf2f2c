#pragma once

#include "storage/status.hpp"
#include "storage/store.hpp"
#include "storage/version.hpp"

/// What every store decides in the same way.
namespace rollcall::storage {

/// What becomes of a replacement or removal of a user who is `current`, null if there is none, as
/// the operation and its condition alone decide. If it is ok, `user` is the whole user that it
/// leaves or, if `merged` is given, the one that it takes away.
Status decide_change(WriteOperation& operation, const UserView* current) noexcept;

/// A digest of what the operation asks for, by which the use of its key for something else is
/// recognised. `user` is as it was asked for.
Version payload_of(const WriteOperation& operation) noexcept;

}  // namespace rollcall::storage
