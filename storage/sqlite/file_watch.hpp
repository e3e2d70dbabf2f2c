#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

namespace rollcall::storage {

/// Tells whether the files of a store are still those that were opened, and whether somebody else
/// has written to the data file. To open files does not protect them: they can be removed, renamed
/// over and copied over meanwhile. Only this process may write to the data file (KeptLocks), so any
/// change of its size or of the time of its latest change that was not noted is somebody else's.
/// One thread at a time.
class FileWatch {
 public:
  enum class Found : std::uint8_t {
    as_it_was,
    missing,      ///< One of the files is not at its path any more.
    another_one,  ///< Another file is at the path of one.
    written_to,   ///< Somebody else has written to the data file.
  };

  /// Watches the data file at `path`, its WAL and its index, all of them open by now. False, with
  /// errno set, if one can't be seen.
  bool begin(const std::string& path);

  /// What has become of them. Takes three calls of stat(2).
  Found look() const noexcept;
  /// The file that the latest look() found otherwise.
  const std::string& path() const noexcept { return files_[found_at_].path; }

  /// This process has just written to the data file.
  void note_own_write() noexcept;

 private:
  /// What tells one file from another.
  struct File {
    std::string path;
    dev_t device = 0;
    ino_t inode = 0;
  };
  /// What tells one content from another.
  struct Stamp {
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };

  static Found look_at(const File& file, Stamp& stamp) noexcept;

  std::array<File, 3> files_;  ///< The data file first.
  Stamp stamp_;                ///< Of the data file.
  mutable std::size_t found_at_ = 0;
};

}  // namespace rollcall::storage
