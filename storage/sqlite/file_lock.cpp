#include "storage/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "storage/store.hpp"

namespace rollcall::storage {
namespace {

void check_place(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string directory = parent.empty() ? "." : parent.string();
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    throw StoreOpenError("the directory " + directory +
                         " does not exist: make it, or name another file with --store");
  }
  // SQLite makes files of its own beside the data file.
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    throw StoreOpenError("the directory " + directory +
                         " is not writable: change its mode, or name another file with --store");
  }
  if (::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode)) {
    throw StoreOpenError(path + " is not a regular file: name another one with --store");
  }
}

}  // namespace

FileLock::FileLock(const std::string& path) {
  check_place(path);
  constexpr int flags = O_RDWR | O_CLOEXEC;
  descriptor_ = ::open(path.c_str(), flags);
  if (descriptor_ < 0 && errno == ENOENT) {
    descriptor_ = ::open(path.c_str(), flags | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    created_ = descriptor_ >= 0;
  }
  if (descriptor_ < 0) {
    throw StoreOpenError(path + " can't be opened for reading and writing: " +
                         std::strerror(errno) + ": change its mode, or name another file");
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor_);
    throw StoreOpenError(
        path + (error == EWOULDBLOCK
                    ? " is being served by another process: stop that one, or name another file"
                    : std::string(" can't be locked: ") + std::strerror(error)));
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace rollcall::storage
