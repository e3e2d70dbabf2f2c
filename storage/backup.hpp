#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "storage/open_error.hpp"

/// Copies of a whole store: to a file, while a server may be using it, and back.
namespace rollcall::storage {

/// Why a copy could not be made: facts only, for the program to word. There is no copy then.
struct CopyFailure {
  enum class Reason : std::uint8_t {
    exists,       ///< There is a file at `path`, and nothing is overwritten.
    left_behind,  ///< The file `path` of an earlier store is there. Users may be in it, and the
                  ///< store at its side would be taken for theirs.
    in_use,       ///< A process uses `path`, which belongs to a store that was deleted.
    not_written,  ///< Writing `path` failed with `detail`.
    not_whole,    ///< The copy is not what was copied: `detail`.
    stopped,      ///< As CopyProgress asked.
  };

  Reason reason = Reason::stopped;
  std::string path{};
  std::string detail{};
};

class CopyError final : public std::exception {
 public:
  explicit CopyError(CopyFailure failure) noexcept : failure_(std::move(failure)) {}
  const CopyFailure& failure() const noexcept { return failure_; }
  const char* what() const noexcept override { return "the store can't be copied"; }

 private:
  CopyFailure failure_;
};

/// Called now and then, by one thread at a time, with the octets copied so far, which are all of
/// them while the copy is checked. False stops the copying at once, but for a sync. Must not throw.
/// May be empty.
using CopyProgress = std::function<bool(std::uint64_t octets, std::uint64_t of_octets)>;

struct CopyReport {
  std::uint64_t users = 0;
  std::uint64_t octets = 0;  ///< Of the copy.
};

/// Copies a snapshot of the store `url` to `file`, while a server may be writing to it: takes
/// as long as the data is large, however many writes come meanwhile; the WAL is not restarted until
/// the copying ends. The copy is one file, readable by its owner only, whole, synced, and found to
/// be whole and to have as many users, before it gets its name. Throws StoreOpenError for the
/// store, CopyError for the copy.
CopyReport back_up(const std::string& url, const std::string& file, const CopyProgress& progress);

/// Copies `file`, which nobody may be serving, to the store `url`, of which nothing may be there.
/// As back_up() for the rest.
CopyReport restore(const std::string& file, const std::string& url, const CopyProgress& progress);

}  // namespace rollcall::storage
