#include "storage/sqlite/upgrade.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "storage/open_error.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/header.hpp"

namespace rollcall::storage {
namespace {

std::string new_name(const std::string& path, std::int64_t version) {
  const std::string first = path + ".schema-" + std::to_string(version);
  std::string name = first;
  std::error_code error;
  for (int number = 2; std::filesystem::exists(name, error); ++number) {
    name = first + "." + std::to_string(number);
  }
  return name;
}

/// Why `path` is not an empty file now that only its owner can read, or an empty text.
std::string make_private(const std::string& path) {
  // One that an earlier try left.
  ::unlink(path.c_str());
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  const int descriptor = ::open(path.c_str(), flags, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return std::generic_category().message(errno);
  ::close(descriptor);
  return {};
}

/// Why the store is not in the empty file `to` and on disk now, or an empty text.
std::string copy(const std::string& from, const std::string& to, const char* vfs) {
  using Access = SqliteDatabase::Access;
  int code = SQLITE_OK;
  SqliteDatabase source(from, Access::read_only, vfs, code);
  if (code != SQLITE_OK) return source.error();
  SqliteDatabase target(to, Access::read_write, vfs, code);
  if (code != SQLITE_OK) return target.error();
  sqlite3_backup* const backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (backup == nullptr) return target.error();
  constexpr int all_pages = -1;
  sqlite3_backup_step(backup, all_pages);
  code = sqlite3_backup_finish(backup);
  return code == SQLITE_OK ? std::string() : target.error();
}

}  // namespace

std::string copy_before_upgrade(const std::string& path, std::int64_t version, const char* vfs) {
  std::string name = new_name(path, version);
  const std::string partial = name + ".partial";
  std::string failure = make_private(partial);
  if (failure.empty()) failure = copy(path, partial, vfs);
  if (failure.empty() && ::rename(partial.c_str(), name.c_str()) != 0) {
    failure = std::generic_category().message(errno);
  }
  // A power cut could take the name away.
  if (const int error = failure.empty() ? sync_directory(path) : 0; error != 0) {
    failure = "its directory can't be synced: " + std::generic_category().message(error);
    ::unlink(name.c_str());
  }
  if (!failure.empty()) {
    ::unlink(partial.c_str());
    throw StoreOpenError({.reason = OpenFailure::Reason::upgrade_not_copied,
                          .path = name,
                          .detail = std::move(failure)});
  }
  return name;
}

}  // namespace rollcall::storage
