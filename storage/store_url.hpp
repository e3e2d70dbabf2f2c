#pragma once

#include <string>

#include "storage/open_error.hpp"

/// The names of stores.
namespace rollcall::storage {

/// Whether `url` is `memory:`, `sqlite:PATH`, or a connection URI of PostgreSQL (postgresql://…).
bool is_store_url(const std::string& url) noexcept;

/// `url` without passwords: what may be shown.
std::string shown_store(const std::string& url);

/// The PATH of `sqlite:PATH`. Throws StoreOpenError if `url` is anything else.
std::string sqlite_path(const std::string& url);

/// Whether `url` is a connection URI of PostgreSQL.
bool is_postgres_url(const std::string& url) noexcept;

/// Whether `url`, of PostgreSQL, has the parameter `ids=ordered`: ids rise with the commits of all
/// instances.
bool has_ordered_ids(const std::string& url) noexcept;

/// `url`, of PostgreSQL, without that parameter: what libpq knows.
std::string connection_url(const std::string& url);

/// `failure` of opening a database at `url`, without what its detail may have of a password.
OpenFailure shown_failure(const std::string& url, OpenFailure failure);

}  // namespace rollcall::storage
