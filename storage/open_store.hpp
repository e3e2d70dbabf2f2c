#pragma once

#include <functional>
#include <memory>
#include <string>

#include "storage/events.hpp"
#include "storage/open_error.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"
#include "storage/store_url.hpp"

namespace rollcall::storage {

struct OpenReport;

/// Called now and then while a store is loaded, with the users loaded so far. May be empty.
using LoadProgress = std::function<void(std::uint64_t users)>;

/// Opens what `url` names: `memory:` (nothing is kept), `sqlite:PATH` (made if it does not exist;
/// PATH is taken as it stands, relative to the current directory), or the database of a PostgreSQL
/// (its tables are made if there are none). Throws StoreOpenError, also for users that share an
/// address when they must not. `events` must outlive the store.
std::unique_ptr<Store> open_store(const std::string& url, const StoreOptions& options,
                                  const LoadProgress& progress, Events& events = ignored_events());

/// Tells what was found, and done, when the store in the file at `path` was opened.
void tell_opening(const OpenReport& report, const std::string& path, Events& events) noexcept;

}  // namespace rollcall::storage
