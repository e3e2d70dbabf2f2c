#pragma once

#include <cstdint>
#include <string>

namespace rollcall::storage {

/// Holds a data file: one process at a time may serve it. An flock(2) on the file itself, which the
/// kernel frees however the process ends, and which does not touch the POSIX locks that SQLite
/// uses. Must outlive every SQLite connection to the file: closing any descriptor of a file drops
/// the process's POSIX locks on it (fcntl(2)).
class FileLock {
 public:
  enum class Mode : std::uint8_t {
    serve,  ///< The only one: opens the file for reading and writing, and creates it, readable by
            ///< its owner only, for it will hold personal data, if it does not exist.
    read,   ///< Beside others that read, not beside one that serves; opens an existing file.
  };

  /// Throws StoreOpenError; nothing is changed then.
  explicit FileLock(const std::string& path, Mode mode = Mode::serve);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// From now on a server may start. The file stays open, for SQLite's locks on it.
  void release() noexcept;

  int descriptor() const noexcept { return descriptor_; }
  /// The file was made by this lock.
  bool created() const noexcept { return created_; }

 private:
  void lock(const std::string& path, Mode mode);

  int descriptor_ = -1;
  bool created_ = false;
};

}  // namespace rollcall::storage
