#include "storage/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "storage/open_error.hpp"

namespace rollcall::storage {
namespace {

using Reason = OpenFailure::Reason;

[[noreturn]] void refuse(Reason reason, const std::string& path, int code = 0) {
  throw StoreOpenError({.reason = reason, .path = path, .code = code});
}

void check_place(const std::string& path, FileLock::Mode mode) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string directory = parent.empty() ? "." : parent.string();
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    refuse(Reason::no_directory, directory);
  }
  // SQLite makes files of its own beside the data file.
  if (mode == FileLock::Mode::serve && ::access(directory.c_str(), W_OK | X_OK) != 0) {
    refuse(Reason::directory_not_writable, directory);
  }
  if (::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode)) {
    refuse(Reason::not_a_file, path);
  }
}

}  // namespace

FileLock::FileLock(const std::string& path, Mode mode) {
  check_place(path, mode);
  const int flags = (mode == Mode::serve ? O_RDWR : O_RDONLY) | O_CLOEXEC;
  descriptor_ = ::open(path.c_str(), flags);
  if (descriptor_ < 0 && errno == ENOENT && mode == Mode::serve) {
    descriptor_ = ::open(path.c_str(), flags | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    created_ = descriptor_ >= 0;
  }
  if (descriptor_ < 0) refuse(Reason::file_not_opened, path, errno);
  try {
    lock(path, mode);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

void FileLock::lock(const std::string& path, Mode mode) {
  if (::flock(descriptor_, (mode == Mode::serve ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) refuse(Reason::not_locked, path, errno);
  // Those that only read leave room for one more that reads.
  const bool read = mode == Mode::serve && ::flock(descriptor_, LOCK_SH | LOCK_NB) == 0;
  refuse(read ? Reason::being_read : Reason::in_use, path);
}

void FileLock::release() noexcept { ::flock(descriptor_, LOCK_UN); }

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace rollcall::storage
