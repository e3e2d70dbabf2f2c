#pragma once

#include <cstdint>
#include <string>

#include "storage/open_store.hpp"

namespace rollcall::storage {

/// Makes the tables of the database at `url`, or brings them to this program's schema, with the
/// index of `unique_email`; upgrades a file of `sqlite:` that is there. Returns the schema's
/// version. Throws StoreOpenError.
std::int64_t migrate(const std::string& url, bool unique_email, const LoadProgress& progress,
                     Events& events = ignored_events());

}  // namespace rollcall::storage
