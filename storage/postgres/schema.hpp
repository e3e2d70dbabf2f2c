#pragma once

#include <string>

#include "storage/open_error.hpp"
#include "storage/postgres/connection.hpp"

namespace rollcall::storage::postgres {

/// The version of the tables that this program makes and uses, and the oldest program, by the
/// version that it makes, that can use them beside it.
inline constexpr int schema_version = 1;
inline constexpr int oldest_version = 1;

/// True, or false with `failure`: of a database that would lose what it has acknowledged, or does
/// not keep texts as they are. `synchronous_commit` is its setting, and stays the one of this
/// connection, unless a pooler is in between.
bool check_settings(Connection& connection, std::string& synchronous_commit, OpenFailure& failure);

/// The version of the tables that are there, 0 if there are none. False, with `failure`, also if
/// they are newer than this program can use.
bool find_version(Connection& connection, std::int64_t& version, OpenFailure& failure);

/// Makes the tables if there are none. True, or false with `failure`.
bool make_tables(Connection& connection, OpenFailure& failure);

/// make_tables(), and makes the index of `unique_emails`, whatever other instances do at the same
/// time; each step is one transaction. A role that may make no tables can use those that are there.
/// True, or false with `failure`.
bool prepare_schema(Connection& connection, bool unique_emails, OpenFailure& failure);

}  // namespace rollcall::storage::postgres
