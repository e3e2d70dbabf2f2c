#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/sqlite/wal_format.hpp"

namespace rollcall::storage {

/// What is in a WAL, read without SQLite and without changing anything.
struct WalContents {
  enum class Header : std::uint8_t {
    none,     ///< No file, or one in which nothing was ever written behind the header.
    whole,    ///< Its frames can be told from those of earlier runs.
    damaged,  ///< SQLite would pass over the file as if it were empty.
  };

  Header header = Header::none;
  std::uint32_t page_octets = 0;  ///< If the header is whole.
  WalSalts salts;                 ///< The header's; if it is damaged, the first frame's.
  std::uint64_t room = 0;         ///< Frames that the file is long enough for.
  std::uint64_t committed = 0;    ///< Frames up to the last commit that SQLite can reach.
  std::uint64_t copied = 0;       ///< Frames that are in the data file, if its index says so.
  std::uint64_t written = 0;      ///< Frames up to the last one that has the salts.
  /// A transaction was begun behind one that can't be reached: so the latter was synced.
  bool synced_beyond = false;
};

/// Reads the WAL at `path`. Throws StoreOpenError if that fails.
WalContents read_wal(const std::string& path);

/// What an index says of its WAL.
struct WalIndex {
  WalSalts salts;
  std::uint32_t changes;    ///< Counts the transactions that anybody has committed.
  std::uint32_t frames;     ///< Committed ones.
  std::uint32_t copied;     ///< Of these, those that are in the data file for certain,
  std::uint32_t attempted;  ///< and those of which some may be.
};

/// What the first wal_index_header_octets of an index say, if they are in order.
std::optional<WalIndex> parse_wal_index(Octets octets) noexcept;

/// What the index in the file at `path` says: if it is whole, what was true at some moment. Not to
/// be called while this process has the file open otherwise: its locks on it would be dropped.
std::optional<WalIndex> read_wal_index(const std::string& path);

}  // namespace rollcall::storage
