#pragma once

#include <memory>
#include <string>

#include "storage/events.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"

namespace rollcall::storage {

/// Opens the users that the instances at this database share. `url` is a connection URI of libpq;
/// its password is shown nowhere. `shown` is what to call it. Throws StoreOpenError. `events` must
/// outlive the store.
std::unique_ptr<Store> open_postgres(const std::string& url, const std::string& shown,
                                     const StoreOptions& options, Events& events);

}  // namespace rollcall::storage
