#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/open_store.hpp"

namespace rollcall::storage {

/// What check_file() found.
struct CheckReport {
  bool served = false;      ///< By another process, just then.
  std::int64_t schema = 0;  ///< 0 if it is unknown: the file is not read beside a damaged WAL.
  std::uint64_t users = 0;
  std::uint64_t keys = 0;              ///< Idempotency keys.
  std::optional<UserId> last_id;       ///< The largest ever given out, if it can be read.
  std::uint64_t octets = 0;            ///< Of the data file.
  unsigned mode = 0;                   ///< Its permission bits.
  std::uint64_t wal_octets = 0;        ///< Of the WAL.
  std::uint64_t wal_frames = 0;        ///< Committed ones that can be read.
  std::uint64_t wal_transactions = 0;  ///< In these; 0 if served.
  std::uint64_t wal_unreadable = 0;    ///< Frames that were committed and can't be read.
  std::vector<std::string> damage;     ///< What is damaged; none: all is whole.
};

/// Reads all of the data file at `path` and its WAL, and says what is in them and whether a server
/// would start with them. Changes and creates nothing. A server may be serving the file; otherwise
/// none can start meanwhile. Throws StoreOpenError if the file can't be read, or is not a data
/// file.
CheckReport check_file(const std::string& path, const LoadProgress& progress);

}  // namespace rollcall::storage
