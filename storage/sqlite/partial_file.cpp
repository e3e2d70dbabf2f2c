#include "storage/sqlite/partial_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "storage/backup.hpp"
#include "storage/sqlite/header.hpp"

namespace rollcall::storage {
namespace {

/// 0, or the errno. EEXIST if there is something at `to`.
int rename_to_new(const char* from, const char* to) noexcept {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that can't, such as NFS.
  if (::link(from, to) != 0) return errno;
  return ::unlink(from) == 0 ? 0 : errno;
}

}  // namespace

PartialFile::PartialFile(const std::string& path) : path_(path), name_(path + ".partial-XXXXXX") {
  // A name that nobody can know before, so that nobody's file is written to.
  descriptor_ = ::mkostemp(name_.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail(errno);
}

PartialFile::~PartialFile() {
  ::close(descriptor_);
  if (!published_) ::unlink(name_.c_str());
}

void PartialFile::fail(int error) const {
  if (error == EEXIST) {
    throw CopyError({.reason = CopyFailure::Reason::exists, .path = path_});
  }
  throw CopyError({.reason = CopyFailure::Reason::not_written,
                   .path = path_,
                   .detail = std::generic_category().message(error)});
}

void PartialFile::sync() {
  if (::fdatasync(descriptor_) != 0) fail(errno);
}

void PartialFile::publish() {
  if (::fsync(descriptor_) != 0) fail(errno);
  if (const int error = rename_to_new(name_.c_str(), path_.c_str()); error != 0) fail(error);
  published_ = true;
  if (const int error = sync_directory(path_); error != 0) {
    // A power cut could take the name away.
    ::unlink(path_.c_str());
    fail(error);
  }
}

}  // namespace rollcall::storage
