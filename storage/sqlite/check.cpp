#include "storage/check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "storage/sqlite/header.hpp"
#include "storage/sqlite/load.hpp"
#include "storage/sqlite/reader.hpp"
#include "storage/sqlite/wal_check.hpp"

namespace rollcall::storage {
namespace {

using Beside = SqliteReader::Beside;

class NoSink final : public UserSink {
 public:
  bool take(UserId, const UserView&) noexcept override { return true; }
};

/// The commits among the first `frames` of the WAL at `path`.
std::uint64_t count_transactions(const std::string& path, std::uint64_t frames,
                                 std::uint32_t page_octets) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  std::uint64_t count = 0;
  std::array<unsigned char, frame_header_octets> octets{};
  for (std::uint64_t i = 0; i < frames; ++i) {
    const auto at = static_cast<off_t>(frame_offset(i, page_octets));
    if (::pread(descriptor, octets.data(), octets.size(), at) !=
        static_cast<ssize_t>(octets.size())) {
      break;
    }
    if (FrameHeader(octets).commits()) ++count;
  }
  ::close(descriptor);
  return count;
}

/// Before SQLite opens the file. Whether it may.
bool look_at_wal(const std::string& path, CheckReport& report) {
  try {
    const WalContents wal = report.served ? check_served_wal(path) : check_wal(path, true);
    report.wal_frames = wal.committed;
    if (report.served) return true;
    report.wal_transactions = count_transactions(wal_path_of(path), wal.committed, wal.page_octets);
    return true;
  } catch (const StoreOpenError& error) {
    if (error.failure().reason != OpenFailure::Reason::wal_damaged) throw;
    const WalDamage& damage = error.failure().wal;
    report.wal_frames = damage.readable;
    report.wal_unreadable = damage.frames - damage.readable;
    report.damage.push_back("the WAL: " + std::to_string(damage.readable) + " of " +
                            std::to_string(damage.frames) + " frames can be read");
    return false;
  }
}

void check_rows(SqliteReader& reader, CheckReport& report, const LoadProgress& progress) {
  const std::string& path = reader.path();
  report.schema = check_schema(reader.database(), path);
  report.users = static_cast<std::uint64_t>(reader.query("SELECT count(*) FROM users"));
  OpenReport keys;
  load_keys(reader.database(), path, report.schema, keys);
  report.keys = keys.keys.size();
  NoSink sink;
  report.last_id =
      load_users(reader.database(), path, sink, progress, nullptr, reader.access()).last_id;
}

std::string changed_rows(const OpenFailure& failure) {
  std::string ids;
  for (const UserId id : failure.ids.front()) ids += " " + std::to_string(id);
  return std::to_string(failure.found) + " users are not what was written: ids" + ids +
         (static_cast<std::size_t>(failure.found) > failure.ids.front().size() ? " ..." : "");
}

}  // namespace

CheckReport check_file(const std::string& path, const LoadProgress& progress) {
  using Reason = OpenFailure::Reason;
  check_exists(path);
  CheckReport report;
  std::unique_ptr<FileLock> lock;
  try {
    lock = std::make_unique<FileLock>(path, FileLock::Mode::read);
  } catch (const StoreOpenError& error) {
    if (error.failure().reason != Reason::in_use) throw;
    report.served = true;
  }
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0) report.mode = about.st_mode & 0777;
  report.octets = file_octets(path);
  report.wal_octets = file_octets(wal_path_of(path));
  if (!look_at_wal(path, report)) return report;
  try {
    SqliteReader reader(path, report.served ? Beside::server : Beside::nobody);
    report.schema = reader.schema();
    check_rows(reader, report, progress);
  } catch (const StoreOpenError& error) {
    const OpenFailure& failure = error.failure();
    if (failure.reason == Reason::damaged) {
      report.damage.push_back(failure.detail);
    } else if (failure.reason == Reason::other_definition) {
      report.damage.push_back(failure.detail + " has an unexpected definition");
    } else if (failure.reason == Reason::changed_rows) {
      report.damage.push_back(changed_rows(failure));
    } else {
      throw;
    }
  }
  return report;
}

}  // namespace rollcall::storage
