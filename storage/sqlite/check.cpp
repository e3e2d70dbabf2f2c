#include "storage/check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "storage/sqlite/header.hpp"
#include "storage/sqlite/load.hpp"
#include "storage/sqlite/reader.hpp"
#include "storage/sqlite/wal.hpp"

namespace rollcall::storage {
namespace {

using Beside = SqliteReader::Beside;

/// Looks at the WAL of a server, which may restart it meanwhile, this often.
constexpr int served_looks = 3;

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

void note_unreadable(CheckReport& report, std::uint64_t known) {
  report.wal_unreadable = known - report.wal_frames;
  report.damage.push_back("the WAL: " + std::to_string(report.wal_frames) + " of " +
                          std::to_string(known) + " frames can be read");
}

/// Before SQLite opens the file.
void check_idle_wal(const std::string& path, const std::string& index_path, CheckReport& report) {
  const WalContents wal = read_wal(path);
  std::optional<WalIndex> index = read_wal_index(index_path);
  if (index && index->salts != wal.salts) index.reset();
  report.wal_frames = wal.committed;
  report.wal_transactions = count_transactions(path, wal.committed, wal.page_octets);
  const bool bad_header = wal.header == WalContents::Header::damaged;
  const std::uint64_t written = bad_header ? wal.room : wal.written;
  const std::uint64_t known = std::max<std::uint64_t>(written, index ? index->frames : 0);
  // With all frames in the data file, SQLite rightly starts without the WAL.
  const bool is_copied = index && index->copied == index->frames && written <= index->frames;
  if (wal.committed == 0 && is_copied) return;
  if (bad_header || wal.synced_beyond || (index && index->frames > wal.committed)) {
    note_unreadable(report, known);
  }
}

/// What the index says was committed before the WAL was read must be in it, if it was not restarted
/// between.
void check_served_wal(const std::string& path, const std::string& index_path, CheckReport& report) {
  for (int i = 0; i < served_looks; ++i) {
    const std::optional<WalIndex> index = read_wal_index(index_path);
    if (!index) continue;
    const WalContents wal = read_wal(path);
    report.wal_frames = index->frames;
    const std::optional<WalIndex> again = read_wal_index(index_path);
    if (!again || again->salts != index->salts || wal.salts != index->salts) continue;
    report.wal_frames = std::min<std::uint64_t>(wal.committed, index->frames);
    if (report.wal_frames < index->frames) note_unreadable(report, index->frames);
    return;
  }
}

void check_rows(SqliteReader& reader, CheckReport& report, const LoadProgress& progress) {
  const std::string& path = reader.path();
  report.schema = check_schema(reader.database(), path);
  NoSink sink;
  const OpenReport loaded =
      load_users(reader.database(), path, sink, progress, nullptr, reader.access());
  report.last_id = loaded.last_id;
  report.users = static_cast<std::uint64_t>(reader.query("SELECT count(*) FROM users"));
  OpenReport keys;
  if (report.schema < 2) return;
  load_keys(reader.database(), path, keys);
  report.keys = keys.keys.size();
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
  const std::string wal = wal_path(path);
  const std::string index = wal.substr(0, wal.size() - 4) + "-shm";
  report.wal_octets = file_octets(wal);
  report.served ? check_served_wal(wal, index, report) : check_idle_wal(wal, index, report);
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
    } else {
      throw;
    }
  }
  return report;
}

}  // namespace rollcall::storage
