#pragma once

#include <cstdint>

#include "storage/user.hpp"

struct sqlite3;

/// What tells that a row of users is not what was written: a disk that changes octets of a text
/// leaves one that is still valid.
namespace rollcall::storage {

/// Of the row of `user`. A part of the format of data files: it never changes. Another row has the
/// same with a chance of 2^-32.
std::int32_t row_checksum(UserId id, const UserView& user) noexcept;

/// Gives every row of users its row_checksum(), in the current transaction: SQLITE_OK or an error.
int fill_row_checksums(sqlite3* database) noexcept;

}  // namespace rollcall::storage
