#pragma once

#include <string>

namespace rollcall::storage {

/// Where the data file `path` is in truth. SQLite follows a symbolic link and keeps its WAL beside
/// the target, so everything else must look there too. Throws StoreOpenError for what SQLite would
/// take for a URI (`file:...`), and for a place on a network file system: there neither locks nor
/// the shared memory of a WAL are to be relied on.
std::string resolve_place(const std::string& path);

/// The name of the network file system that statfs(2) calls `type`, or null for any other type. It
/// can't tell what is behind FUSE or 9P, which local disks of containers use too.
const char* network_file_system(unsigned long type) noexcept;

/// What a power cut in the very first start leaves: a file in which the first transaction is
/// half-written, and the rollback journal that makes it empty again.
bool is_half_made(const std::string& path);

/// A new name in a directory is durable only when the directory is synced: that of `path`.
void sync_directory(const std::string& path) noexcept;

}  // namespace rollcall::storage
