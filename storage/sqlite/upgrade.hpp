#pragma once

#include <cstdint>
#include <string>

namespace rollcall::storage {

/// Copies the store at `path`, whose schema is of `version`, to a new file beside it:
/// `PATH.schema-VERSION`, or, if there is such a file, `PATH.schema-VERSION.2` and so on. Returns
/// its name once it is on disk as a whole. It is of one moment, with what is in the WAL; only its
/// owner can read it. To be called by who keeps others from writing, on a connection of its own.
/// `vfs` as for SqliteDatabase. Throws StoreOpenError (upgrade_not_copied), and then leaves no
/// copy.
std::string copy_before_upgrade(const std::string& path, std::int64_t version, const char* vfs);

}  // namespace rollcall::storage
