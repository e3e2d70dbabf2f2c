#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/offline_backend.hpp"

namespace rollcall::storage::postgres {

/// Opens the users of the database at `url`, called `shown`, for a command: to create some, with
/// the tables made if there are none (`to_create`); otherwise to list them, as of this moment.
/// Instances may be at work meanwhile. Throws StoreOpenError.
std::unique_ptr<OfflineBackend> open_offline(const std::string& url, const std::string& shown,
                                             bool to_create);

/// As storage::migrate().
std::int64_t migrate(const std::string& url, const std::string& shown, bool unique_email);

}  // namespace rollcall::storage::postgres
