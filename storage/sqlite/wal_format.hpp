#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// The format of SQLite's WAL and of its index, as sqlite.org/fileformat2.html (section 4) and
/// sqlite.org/walformat.html describe them.
///
///   WAL    := header frame*
///   header := magic version page_octets checkpoints salt1 salt2 checksum1 checksum2
///   frame  := page_number pages_after salt1 salt2 checksum1 checksum2 page
///
/// Every field is 4 octets, big-endian. The magic's lowest bit tells the order of octets in which
/// the checksums read what they sum up. A frame's checksum goes on from that of the frame before
/// it, or of the header, over the first 8 octets of its header and its page: so a frame is whole
/// only behind the one that it was written behind.
///
/// `pages_after` is 0, except in the last frame of a transaction: that one commits it.
///
/// When all frames are in the data file, the next transaction may restart the WAL: a header with
/// new salts, frames from the first position on, over the old ones. Frames whose salts are not the
/// header's are such old ones, and mean nothing.
///
/// The index (the file -shm, mapped by everybody who has the data file open) says up to which frame
/// the WAL is committed. Its integers have the machine's order of octets. It is written when the
/// commit is synced, so what it says was acknowledged; it is itself never synced.
///
///   index  := information information copied read_mark[5] lock[8] attempted ...
///   information := version 0 changes kind frames pages checksum1 checksum2 salt1 salt2 sum1 sum2
///
/// `copied` frames are in the data file for certain. A checkpoint that was cut short may have
/// copied some of those up to `attempted`.
namespace rollcall::storage {

inline constexpr std::size_t wal_header_octets = 32;
inline constexpr std::size_t frame_header_octets = 24;
inline constexpr std::uint32_t wal_magic = 0x377f0682;
inline constexpr std::uint32_t wal_version = 3'007'000;
inline constexpr std::uint32_t min_page_octets = 512;
inline constexpr std::uint32_t max_page_octets = 65'536;
inline constexpr std::uint32_t default_page_octets = 4'096;

inline constexpr std::size_t wal_index_information_octets = 48;
inline constexpr std::size_t wal_index_header_octets = 136;
inline constexpr std::size_t wal_index_marks_offset = 100;
inline constexpr int wal_index_region_octets = 32'768;  ///< What is mapped at one time.

/// What a disk writes whole or not at all.
inline constexpr std::size_t sector_octets = 512;

using Octets = std::span<const unsigned char>;

inline std::uint32_t big_endian(Octets octets, std::size_t at) noexcept {
  return std::uint32_t{octets[at]} << 24 | std::uint32_t{octets[at + 1]} << 16 |
         std::uint32_t{octets[at + 2]} << 8 | std::uint32_t{octets[at + 3]};
}

inline std::uint32_t little_endian(Octets octets, std::size_t at) noexcept {
  return std::uint32_t{octets[at + 3]} << 24 | std::uint32_t{octets[at + 2]} << 16 |
         std::uint32_t{octets[at + 1]} << 8 | std::uint32_t{octets[at]};
}

/// What tells the frames of one run of the WAL from those of another.
struct WalSalts {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  bool operator==(const WalSalts&) const = default;
};

struct WalChecksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  bool operator==(const WalChecksum&) const = default;

  /// Goes on over `octets`, a multiple of 8.
  void add(Octets octets, bool as_big_endian) noexcept {
    as_big_endian ? add<big_endian>(octets) : add<little_endian>(octets);
  }

 private:
  template <auto word>
  void add(Octets octets) noexcept {
    for (std::size_t at = 0; at < octets.size(); at += 8) {
      first += word(octets, at) + second;
      second += word(octets, at + 4) + first;
    }
  }
};

struct WalHeader {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint32_t page_octets;
  WalSalts salts;
  WalChecksum checksum;
  bool whole;  ///< The checksum is right, and the page's size can be.

  explicit WalHeader(Octets octets) noexcept
      : magic(big_endian(octets, 0)),
        version(big_endian(octets, 4)),
        page_octets(big_endian(octets, 8)),
        salts{big_endian(octets, 16), big_endian(octets, 20)},
        checksum{big_endian(octets, 24), big_endian(octets, 28)} {
    WalChecksum sum;
    sum.add(octets.first(24), sums_big_endian());
    whole = (magic & ~1U) == wal_magic && version == wal_version && sum == checksum &&
            is_page_size(page_octets);
  }

  bool sums_big_endian() const noexcept { return (magic & 1U) != 0; }
  static bool is_page_size(std::uint32_t octets) noexcept {
    return octets >= min_page_octets && octets <= max_page_octets && (octets & (octets - 1)) == 0;
  }
};

struct FrameHeader {
  std::uint32_t page_number;
  std::uint32_t pages_after;
  WalSalts salts;
  WalChecksum checksum;

  explicit FrameHeader(Octets octets) noexcept
      : page_number(big_endian(octets, 0)),
        pages_after(big_endian(octets, 4)),
        salts{big_endian(octets, 8), big_endian(octets, 12)},
        checksum{big_endian(octets, 16), big_endian(octets, 20)} {}

  bool commits() const noexcept { return pages_after != 0; }
};

/// Where the frame behind `frames` frames begins.
inline std::uint64_t frame_offset(std::uint64_t frames, std::uint32_t page_octets) noexcept {
  return wal_header_octets + frames * (frame_header_octets + page_octets);
}

}  // namespace rollcall::storage
