#pragma once

#include <span>

#include "storage/list.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/script.hpp"

namespace rollcall::storage::postgres {

/// Writes a listing as statements, which find what storage/local/matcher.hpp and sorted_page.hpp
/// find. `unique_emails`: a filter by an address finds every form of it.
void write_listing(const ListRequest& request, bool unique_emails, Script& script);

/// What came of them. Throws std::bad_alloc only.
void take_listing(std::span<const Result> results, ListOperation& operation);

}  // namespace rollcall::storage::postgres
