#include "storage/sqlite/header.hpp"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include "storage/sqlite/schema.hpp"

namespace rollcall::storage {
namespace {

/// The 100 octets that a SQLite file begins with (sqlite.org/fileformat2.html, section 1.3).
class Header {
 public:
  explicit Header(int descriptor) noexcept
      : size_(::pread(descriptor, octets_.data(), octets_.size(), 0)) {}

  bool empty() const noexcept { return size_ == 0; }
  bool is_sqlite() const noexcept {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    return size_ == static_cast<ssize_t>(octets_.size()) &&
           std::string_view(octets_.data(), magic.size()) == magic;
  }
  std::int64_t user_version() const noexcept { return integer(60); }
  std::int64_t application() const noexcept { return integer(68); }
  std::uint64_t used_octets() const noexcept {
    const std::int64_t pages = integer(28) - integer(36);
    // The largest size has one octet too many for its field.
    const std::int64_t page = integer(16) >> 16 == 1 ? 65'536 : integer(16) >> 16;
    return pages > 0 ? static_cast<std::uint64_t>(pages * page) : 0;
  }

 private:
  std::int64_t integer(std::size_t at) const noexcept {
    std::int64_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
      value = value << 8 | static_cast<unsigned char>(octets_[i]);
    }
    return value;
  }

  std::array<char, 100> octets_{};
  ssize_t size_;
};

}  // namespace

void check_version(const std::string& path, std::int64_t version) {
  if (version <= schema_version) return;
  throw StoreOpenError({.reason = OpenFailure::Reason::newer_schema,
                        .path = path,
                        .found = version,
                        .known = schema_version});
}

bool check_header(const std::string& path, int descriptor) {
  const Header header(descriptor);
  if (header.empty()) return false;
  if (!header.is_sqlite()) {
    throw StoreOpenError({.reason = OpenFailure::Reason::not_sqlite, .path = path});
  }
  if (header.application() != application_id) {
    throw StoreOpenError({.reason = OpenFailure::Reason::other_program, .path = path});
  }
  check_version(path, header.user_version());
  return true;
}

std::uint64_t file_octets(const std::string& path) noexcept {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

std::uint64_t used_octets(const std::string& path) noexcept {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const Header header(file);
  ::close(file);
  return header.is_sqlite() ? header.used_octets() : 0;
}

int sync_directory(const std::string& path) noexcept {
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == path.npos ? "." : path.substr(0, slash + 1);
  const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return errno;
  const int error = ::fsync(directory) == 0 ? 0 : errno;
  ::close(directory);
  return error;
}

}  // namespace rollcall::storage
