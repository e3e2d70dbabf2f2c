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

/// As one word of a command for sh.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char each : text) {
    if (each == '\'') {
      word += "'\\''";
    } else {
      word += each;
    }
  }
  return word + "'";
}

/// The real name of the data file: SQLite follows symbolic links.
std::string real_path(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real.string();
}

[[noreturn]] void refuse_wal(const std::string& path, std::string why) {
  throw StoreOpenError(
      {.reason = OpenFailure::Reason::wal_damaged, .path = path, .detail = std::move(why)});
}

/// A WAL that is damaged, and what its index says of it, if that is its own.
struct Damage {
  const std::string data;
  const WalContents& wal;
  const std::optional<WalIndex>& index;

  std::uint64_t frames() const {
    if (wal.header != WalContents::Header::whole) return wal.room;
    return std::max<std::uint64_t>(wal.written, index ? index->frames : 0);
  }

  /// All frames are in the data file, the unreadable ones too.
  bool is_copied() const {
    return index && index->copied == index->frames && wal.written <= index->frames;
  }

  /// The data file has nothing of what can't be read, so it goes with what can.
  bool can_be_cut() const { return index && index->attempted <= wal.committed; }

  std::string move_command() const {
    return "mv " + shell_word(data + "-wal") + " " + shell_word(data + "-wal.damaged") + " && rm " +
           shell_word(data + "-shm");
  }

  /// Ids of users that are lost must not be given to others.
  std::string cut_command() const {
    const std::uint64_t end = wal.committed == 0 ? 0 : frame_offset(wal.committed, wal.page_octets);
    const std::uint64_t ids = (frames() - wal.committed) * (wal.page_octets / min_row_octets);
    return "truncate -s " + std::to_string(end) + " " + shell_word(data + "-wal") + " && rm " +
           shell_word(data + "-shm") + " && sqlite3 " + shell_word(data) +
           " 'UPDATE high_water SET id = max(id, coalesce((SELECT max(id) FROM users), 0)) + " +
           std::to_string(ids) + "'";
  }

  [[noreturn]] void refuse() const {
    std::string line = data + "-wal is damaged: " + std::to_string(wal.committed) + " of " +
                       std::to_string(frames()) + " frames can be read";
    if (is_copied()) {
      refuse_wal(data, line + ", but the data file has them all: move the WAL away, run: " +
                           move_command());
    }
    line += ", and users in the others were acknowledged: copy " + data +
            "* to another place, then restore a backup (without -wal and -shm files)";
    if (can_be_cut()) line += ", or, to go on without those users, run: " + cut_command();
    refuse_wal(data, std::move(line));
  }
};

}  // namespace

std::string wal_path_of(const std::string& path) { return real_path(path) + "-wal"; }

WalContents check_wal(const std::string& path, bool has_data) {
  const std::string wal_path = wal_path_of(path);
  const WalContents wal = read_wal(wal_path);
  if (wal.room == 0 || wal.header == WalContents::Header::none) return wal;
  if (!has_data) {
    refuse_wal(path, path + " is missing or empty, but its WAL has " + std::to_string(wal.room) +
                         " frames: put the data file back, or, to begin a new store, run: mv " +
                         shell_word(wal_path) + " " + shell_word(wal_path + ".orphan"));
  }
  std::optional<WalIndex> index = read_wal_index(real_path(path) + "-shm");
  if (index && index->salts != wal.salts) index.reset();
  const Damage found{real_path(path), wal, index};
  const bool damaged = wal.header == WalContents::Header::damaged || wal.synced_beyond ||
                       (index && index->frames > wal.committed);
  const bool unused = wal.committed == 0 && found.is_copied();
  if (damaged && !unused) found.refuse();
  return wal;
}

void check_wal_index(const std::string& path, const WalContents& contents, const WalIndex& index) {
  if (index.frames == 0) return;
  if (contents.salts == index.salts && contents.committed >= index.frames) return;
  refuse_wal(path, path + " is open in another program, and its WAL has fewer frames (" +
                       std::to_string(contents.committed) + ") than that program knows of (" +
                       std::to_string(index.frames) + "): end it, then start again");
}

}  // namespace rollcall::storage
