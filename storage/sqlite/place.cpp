#include "storage/sqlite/place.hpp"

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "storage/open_error.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;
using Reason = OpenFailure::Reason;

struct NetworkFileSystem {
  unsigned long type;  ///< statfs(2), and linux/magic.h.
  const char* name;
};

constexpr std::array network_file_systems{
    NetworkFileSystem{0x6969, "NFS"},      NetworkFileSystem{0x517b, "SMB"},
    NetworkFileSystem{0xff534d42, "CIFS"}, NetworkFileSystem{0xfe534d42, "SMB2"},
    NetworkFileSystem{0x5346414f, "AFS"},  NetworkFileSystem{0x6b414653, "AFS"},
    NetworkFileSystem{0x564c, "NCP"},      NetworkFileSystem{0x73757245, "Coda"},
    NetworkFileSystem{0x00c36400, "Ceph"},
};

}  // namespace

const char* network_file_system(unsigned long type) noexcept {
  for (const NetworkFileSystem& each : network_file_systems) {
    if (each.type == type) return each.name;
  }
  return nullptr;
}

std::string resolve_place(const std::string& path) {
  if (path.starts_with("file:")) {
    throw StoreOpenError({.reason = Reason::uri, .path = path});
  }
  std::error_code error;
  std::string place = path;
  if (fs::is_symlink(path, error)) {
    const fs::path target = fs::canonical(path, error);
    if (!error) place = target.string();
  }
  const std::string parent = fs::path(place).parent_path().string();
  struct statfs about {};
  if (::statfs(parent.empty() ? "." : parent.c_str(), &about) != 0) return place;
  // Some types have the highest of 32 bits set, and the field is signed.
  const char* const name =
      network_file_system(static_cast<unsigned long>(about.f_type) & 0xffffffffUL);
  if (name == nullptr) return place;
  throw StoreOpenError({.reason = Reason::network_file_system, .path = place, .detail = name});
}

bool is_half_made(const std::string& path) {
  // sqlite.org/fileformat2.html, section 3: a magic, the number of records, a nonce, and the number
  // of pages that the file had before.
  constexpr std::string_view magic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
  std::array<char, 20> header{};
  std::ifstream journal(path + "-journal", std::ios::binary);
  journal.read(header.data(), header.size());
  return journal.gcount() == static_cast<std::streamsize>(header.size()) &&
         std::string_view(header.data(), magic.size()) == magic &&
         std::string_view(header.data() + 16, 4) == std::string_view("\0\0\0\0", 4);
}

void sync_directory(const std::string& path) noexcept {
  const fs::path parent = fs::path(path).parent_path();
  const int directory =
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

}  // namespace rollcall::storage
