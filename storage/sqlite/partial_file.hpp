#pragma once

#include <string>

namespace rollcall::storage {

/// A file that gets its name only when it is complete. Throws CopyError.
class PartialFile {
 public:
  /// Creates a file beside `path`, named `path`.partial-XXXXXX and readable by its owner only.
  explicit PartialFile(const std::string& path);
  /// Removes it, unless it has got its name.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  /// Where it is now.
  const std::string& name() const noexcept { return name_; }
  /// Syncs what was written by anybody.
  void sync();
  /// Gives it its name, never in the place of another file, and syncs the directory.
  void publish();

 private:
  [[noreturn]] void fail(int error) const;

  const std::string path_;
  std::string name_;
  int descriptor_ = -1;
  bool published_ = false;
};

}  // namespace rollcall::storage
