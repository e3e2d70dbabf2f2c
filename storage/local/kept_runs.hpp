#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/upload_runs.hpp"

namespace rollcall::storage {

/// The runs of one upload, of which none has a line of another, by their lines. They are kept in
/// blocks, and given away by sharing these: a block that was shared is copied before it changes, so
/// neither giving nor changing copies all. One thread at a time; who has got them needs not be it.
class KeptRuns {
 public:
  using Kept = UploadRuns::Kept;
  /// Runs of a block: what one change copies at most.
  static constexpr std::size_t max_block_runs = 256;

  bool empty() const noexcept { return blocks_.empty(); }
  /// There is a run from `since` or later, unless runs were erased before older ones.
  bool has_since(std::int64_t since) const noexcept { return !empty() && newest_ >= since; }
  /// Those from `since` or later: a pointer for each block is copied.
  UploadRuns share(std::int64_t since);

  /// Adds a run; what has one of its lines goes.
  void insert(const Kept& run);
  /// The lines of `more` follow those of the run that begins with `line`, so do their ids, and they
  /// are of the same time: makes it longer, with the number of `more`. Otherwise false, and nothing
  /// is done.
  bool extend(std::uint64_t line, const Kept& more);
  /// Forgets the run that begins with `line`, if it has that number.
  void erase(std::uint64_t line, std::uint64_t number);

 private:
  using Block = UploadRuns::Block;
  struct Slot {
    std::shared_ptr<Block> runs;  ///< Not empty.
    bool shared = false;
  };
  struct Place {
    std::size_t block;
    std::size_t at;
  };

  const Kept& at(const Place& place) const noexcept {
    return (*blocks_[place.block].runs)[place.at];
  }
  bool is_end(const Place& place) const noexcept { return place.block == blocks_.size(); }
  /// The first run that has `line` or a later one.
  Place find(std::uint64_t line) const noexcept;
  /// The block, which nobody else has.
  Block& own(std::size_t block);
  void erase(const Place& place);
  void remove_lines(std::uint64_t line, std::uint64_t count);

  std::vector<Slot> blocks_;
  std::int64_t newest_ = 0;  ///< The latest Kept::created_at so far.
};

}  // namespace rollcall::storage
