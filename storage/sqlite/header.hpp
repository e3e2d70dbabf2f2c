#pragma once

#include <cstdint>
#include <string>

#include "storage/open_error.hpp"

/// What can be known of a data file without SQLite.
namespace rollcall::storage {

/// Throws StoreOpenError if the file at `path`, open as `descriptor`, is neither empty nor a data
/// file of this program, of a schema that it knows. Returns whether there is data in it.
bool check_header(const std::string& path, int descriptor);

/// Throws StoreOpenError if the schema `version` of the file at `path` is too new.
void check_version(const std::string& path, std::int64_t version);

/// Octets of the file at `path`; 0 if there is none.
std::uint64_t file_octets(const std::string& path) noexcept;

/// Octets of the pages in use of the data file at `path`, without what its WAL has; 0 if there is
/// none, or it is something else.
std::uint64_t used_octets(const std::string& path) noexcept;

/// Syncs the directory of `path`: only then is a new name in it durable. 0, or the errno.
int sync_directory(const std::string& path) noexcept;

}  // namespace rollcall::storage
