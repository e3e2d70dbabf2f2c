#pragma once

#include <string>

namespace rollcall::storage {

/// Holds a data file: one process at a time may serve it. An flock(2) on the file itself, which the
/// kernel frees however the process ends, and which does not touch the POSIX locks that SQLite
/// uses. Must outlive every SQLite connection to the file: closing any descriptor of a file drops
/// the process's POSIX locks on it (fcntl(2)).
class FileLock {
 public:
  /// Opens the file for reading and writing, makes it (readable by its owner only: it will hold
  /// personal data) if it does not exist, and locks it. Throws StoreOpenError; nothing is changed
  /// then.
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  /// The file was made by this lock.
  bool created() const noexcept { return created_; }

 private:
  int descriptor_ = -1;
  bool created_ = false;
};

}  // namespace rollcall::storage
