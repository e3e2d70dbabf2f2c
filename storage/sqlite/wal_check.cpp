#include "storage/sqlite/wal_check.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/open_error.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;

/// The least that a row takes of a page (sqlite.org/fileformat2.html, section 1.6).
constexpr std::uint32_t min_row_octets = 4;
/// Looks at a WAL that is served, which may be begun anew meanwhile.
constexpr int served_looks = 3;

/// The real name of the data file: SQLite follows symbolic links.
std::string real_path(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real.string();
}

/// A WAL that is damaged, and what its index says of it, if that is its own.
struct Damage {
  const std::string data;
  const WalContents& wal;
  const std::optional<WalIndex>& index;
  const bool served = false;

  std::uint64_t frames() const {
    if (wal.header != WalContents::Header::whole) return wal.room;
    return std::max<std::uint64_t>(wal.written, index ? index->frames : 0);
  }

  /// All frames are in the data file, the unreadable ones too.
  bool is_copied() const {
    return index && index->copied == index->frames && wal.written <= index->frames;
  }

  /// The data file has nothing of what can't be read, so it goes with what can.
  bool can_be_cut() const { return !served && index && index->attempted <= wal.committed; }

  [[noreturn]] void refuse() const {
    WalDamage damage;
    damage.readable = wal.committed;
    damage.frames = frames();
    damage.in_data_file = is_copied();
    damage.can_be_cut = can_be_cut();
    damage.cut_octets = wal.committed == 0 ? 0 : frame_offset(wal.committed, wal.page_octets);
    damage.lost_ids = (frames() - wal.committed) * (wal.page_octets / min_row_octets);
    throw StoreOpenError({.reason = OpenFailure::Reason::wal_damaged, .path = data, .wal = damage});
  }
};

}  // namespace

std::string wal_path_of(const std::string& path) { return real_path(path) + "-wal"; }

WalContents check_wal(const std::string& path, bool has_data) {
  const std::string wal_path = wal_path_of(path);
  WalContents wal = read_wal(wal_path);
  if (wal.room == 0 || wal.header == WalContents::Header::none) return wal;
  if (!has_data) {
    throw StoreOpenError({.reason = OpenFailure::Reason::wal_without_data,
                          .path = path,
                          .detail = wal_path,
                          .found = static_cast<std::int64_t>(wal.room)});
  }
  std::optional<WalIndex> index = read_wal_index(real_path(path) + "-shm");
  if (index && index->salts != wal.salts) index.reset();
  if (index) wal.copied = index->copied;
  const Damage found{real_path(path), wal, index};
  const bool damaged = wal.header == WalContents::Header::damaged || wal.synced_beyond ||
                       (index && index->frames > wal.committed);
  const bool unused = wal.committed == 0 && found.is_copied();
  if (damaged && !unused) found.refuse();
  return wal;
}

WalContents check_served_wal(const std::string& path) {
  const std::string index_path = real_path(path) + "-shm";
  WalContents wal;
  for (int i = 0; i < served_looks; ++i) {
    const std::optional<WalIndex> before = read_wal_index(index_path);
    wal = read_wal(wal_path_of(path));
    const std::optional<WalIndex> after = read_wal_index(index_path);
    const bool same = before && after && before->salts == after->salts &&
                      (wal.room == 0 || wal.salts == before->salts);
    if (!same) continue;
    // Later frames may have been written since.
    wal.committed = std::min<std::uint64_t>(wal.committed, before->frames);
    const Damage found{real_path(path), wal, before, true};
    // With all frames in the data file nobody reads the WAL.
    if (wal.committed < before->frames && after->copied < before->frames) found.refuse();
    break;
  }
  return wal;
}

void check_wal_index(const std::string& path, const WalContents& contents, const WalIndex& index) {
  if (index.frames == 0) return;
  if (contents.salts == index.salts && contents.committed >= index.frames) return;
  throw StoreOpenError({.reason = OpenFailure::Reason::wal_behind,
                        .path = path,
                        .found = static_cast<std::int64_t>(contents.committed),
                        .known = static_cast<std::int64_t>(index.frames)});
}

}  // namespace rollcall::storage
