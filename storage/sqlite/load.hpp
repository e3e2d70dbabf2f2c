#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "storage/local/journal.hpp"
#include "storage/open_error.hpp"
#include "storage/sqlite/database.hpp"

namespace rollcall::storage {

/// Throws StoreOpenError: the file at `path` can't be opened, or is damaged, by SQLite's `code`.
[[noreturn]] void refuse_file(const std::string& path, int code, std::string why);

/// The version of the file's schema. Throws StoreOpenError if it is too new, or if a table or
/// trigger is not as that version has it.
std::int64_t check_schema(SqliteDatabase& database, const std::string& path);

/// Gives every user of the file at `path` to `sink`, with as many threads as the
/// process may use (four at most), each with a connection of its own, and has SQLite look for
/// damage that a scan does not meet. `database` keeps others from writing meanwhile. `progress`,
/// which may be empty, is called on this thread now and then. `access` is that of the connections.
/// Throws StoreOpenError.
OpenReport load_users(SqliteDatabase& database, const std::string& path, UserSink& sink,
                      const std::function<void(std::uint64_t)>& progress, const char* vfs,
                      SqliteDatabase::Access access = SqliteDatabase::Access::read_only);

/// Loads the idempotency keys of the file, of schema `version`, into `report`; schema 1 has none.
/// Throws StoreOpenError.
void load_keys(SqliteDatabase& database, const std::string& path, std::int64_t version,
               OpenReport& report);

}  // namespace rollcall::storage
