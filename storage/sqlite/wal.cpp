#include "storage/sqlite/wal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "storage/open_error.hpp"

namespace rollcall::storage {
namespace {

struct Close {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// A file that is read from its beginning to its end.
class Reader {
 public:
  explicit Reader(std::string path)
      : path_(std::move(path)), file_(std::fopen(path_.c_str(), "re")) {
    if (file_ == nullptr && errno != ENOENT) fail();
  }

  /// Fills `octets`; false at the end of the file.
  bool read(std::span<unsigned char> octets) {
    if (file_ == nullptr) return false;
    if (std::fread(octets.data(), 1, octets.size(), file_.get()) == octets.size()) return true;
    if (std::ferror(file_.get()) != 0) fail();
    return false;
  }

 private:
  [[noreturn]] void fail() const {
    throw StoreOpenError(
        {.reason = OpenFailure::Reason::wal_not_read, .path = path_, .code = errno});
  }

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

bool all_zero(Octets octets) noexcept {
  return std::all_of(octets.begin(), octets.end(), [](unsigned char each) { return each == 0; });
}

/// Looks at one frame after the other. Up to the first that is not whole it sees what SQLite sees.
/// Behind it there are, or are not, signs that more was synced than SQLite will find.
///
/// A transaction is written only when the one before it is synced. So whoever finds the end of one
/// transaction and a part of the next behind the last commit that can be reached knows that the
/// first of them was acknowledged: a crash can't have torn it. The end of one transaction alone
/// proves nothing: a crash may keep any part of what was not synced yet. Neither do frames that no
/// end follows: they may be what a transaction left that found the disk full.
class Scan {
 public:
  Scan(WalContents& contents, const WalHeader& header) noexcept
      : contents_(contents), header_(header), before_(header.checksum), reachable_(header.whole) {}

  void look(Octets header, Octets page) noexcept {
    const FrameHeader frame(header);
    ++position_;
    if (position_ == 1 && !header_.whole) contents_.salts = frame.salts;
    if (frame.salts != contents_.salts) {
      reachable_ = false;
      follows_ = end_before_ = false;
      return;
    }
    contents_.written = position_;
    WalChecksum sum = before_;
    sum.add(header.first(8), header_.sums_big_endian());
    sum.add(page, header_.sums_big_endian());
    const bool whole = follows_ && frame.page_number != 0 && sum == frame.checksum;
    reachable_ = reachable_ && whole;
    if (reachable_) {
      if (frame.commits()) contents_.committed = position_;
    } else {
      look_beyond(frame, whole);
    }
    before_ = frame.checksum;
    follows_ = true;
  }

 private:
  void look_beyond(const FrameHeader& frame, bool whole) noexcept {
    // What continues the checksum of a frame was written behind it, as that frame's header is now.
    if (whole && (end_before_ || (frame.commits() && end_found_))) contents_.synced_beyond = true;
    end_found_ = end_found_ || (whole && frame.commits());
    // The parts of a header in two sectors may be of different runs.
    const std::uint64_t offset = frame_offset(position_ - 1, contents_.page_octets);
    end_before_ = frame.commits() && offset % sector_octets <= sector_octets - frame_header_octets;
  }

  WalContents& contents_;
  const WalHeader& header_;
  WalChecksum before_;       ///< Of the frame before, as its header says.
  bool follows_ = true;      ///< That frame has the salts.
  bool reachable_;           ///< All frames so far are whole.
  bool end_before_ = false;  ///< That frame ends a transaction that can't be reached.
  bool end_found_ = false;   ///< So does a whole frame somewhere before.
  std::uint64_t position_ = 0;
};

/// A copy of the index, of which there are two: so that who reads while it is written can tell.
bool is_copy(Octets first, Octets second) noexcept {
  return std::equal(first.begin(), first.end(), second.begin());
}

std::uint32_t native(Octets octets, std::size_t at) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, &octets[at], sizeof value);
  return value;
}

}  // namespace

WalContents read_wal(const std::string& path) {
  WalContents contents;
  Reader reader(path);
  std::array<unsigned char, wal_header_octets> octets{};
  if (!reader.read(octets)) return contents;
  const WalHeader header{octets};
  contents.header = header.whole ? WalContents::Header::whole : WalContents::Header::damaged;
  contents.salts = header.salts;
  contents.page_octets =
      WalHeader::is_page_size(header.page_octets) ? header.page_octets : default_page_octets;
  Scan scan(contents, header);
  bool blank = true;
  std::vector<unsigned char> frame(frame_header_octets + contents.page_octets);
  while (reader.read(frame)) {
    ++contents.room;
    blank = blank && all_zero(frame);
    scan.look(Octets(frame).first(frame_header_octets), Octets(frame).subspan(frame_header_octets));
  }
  if (!header.whole && blank) contents.header = WalContents::Header::none;
  return contents;
}

std::optional<WalIndex> parse_wal_index(Octets octets) noexcept {
  constexpr std::size_t size = wal_index_information_octets;
  if (octets.size() < wal_index_header_octets) return {};
  const Octets information = octets.first(size);
  WalChecksum sum;
  sum.add(information.first(size - 8), std::endian::native == std::endian::big);
  const bool written = information[12] != 0;
  if (!is_copy(information, octets.subspan(size)) || !written ||
      native(information, 0) != wal_version ||
      sum != WalChecksum{native(information, size - 8), native(information, size - 4)}) {
    return {};
  }
  WalIndex index{};
  index.salts = {big_endian(information, 32), big_endian(information, 36)};
  index.changes = native(information, 8);
  index.frames = native(information, 16);
  index.copied = native(octets, 96);
  index.attempted = native(octets, 128);
  return index;
}

std::optional<WalIndex> read_wal_index(const std::string& path) {
  Reader reader(path);
  std::array<unsigned char, wal_index_header_octets> octets{};
  if (!reader.read(octets)) return {};
  return parse_wal_index(octets);
}

}  // namespace rollcall::storage
