#pragma once

#include <string>

#include "storage/open_error.hpp"

namespace rollcall::server {

/// One line for a person: why the store can't be opened, and what to do. Nothing of what users
/// contain. Throws std::bad_alloc.
std::string describe(const storage::StoreOpenError& error);

}  // namespace rollcall::server
