#include "storage/sqlite/file_watch.hpp"

#include <sys/stat.h>

namespace rollcall::storage {

FileWatch::Found FileWatch::look_at(const File& file, Stamp& stamp) noexcept {
  struct stat about {};
  if (::stat(file.path.c_str(), &about) != 0) return Found::missing;
  stamp = {about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
  const bool same = about.st_dev == file.device && about.st_ino == file.inode;
  return same ? Found::as_it_was : Found::another_one;
}

bool FileWatch::begin(const std::string& path) {
  files_ = {File{path}, File{path + "-wal"}, File{path + "-shm"}};
  for (File& each : files_) {
    struct stat about {};
    if (::stat(each.path.c_str(), &about) != 0) return false;
    each.device = about.st_dev;
    each.inode = about.st_ino;
  }
  note_own_write();
  return true;
}

FileWatch::Found FileWatch::look() const noexcept {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    found_at_ = i;
    Stamp stamp;
    const Found found = look_at(files_[i], stamp);
    if (found != Found::as_it_was) return found;
    if (i == 0 && stamp != stamp_) return Found::written_to;
  }
  found_at_ = 0;
  return Found::as_it_was;
}

void FileWatch::note_own_write() noexcept {
  Stamp stamp;
  if (look_at(files_[0], stamp) == Found::as_it_was) stamp_ = stamp;
}

}  // namespace rollcall::storage
