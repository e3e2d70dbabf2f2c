#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "storage/user.hpp"
#include "storage/version.hpp"

namespace rollcall::storage {

/// Lines of an upload that were created under its key: `line` to `line + count - 1` are the users
/// with the ids from `id` on.
struct UploadRun {
  std::uint64_t line = 0;  ///< From 1.
  std::uint64_t count = 0;
  UserId id = 0;
  Version digest = 0;  ///< The sum of digest_of_line() of its lines.

  friend bool operator==(const UploadRun&, const UploadRun&) = default;
};

/// What is known of an upload, by rising lines, to be gone through once. It shares the runs with
/// the store that gives it, which costs the store little, however many they are. Any thread, one
/// at a time.
class UploadRuns {
 public:
  /// A run as a store keeps it.
  struct Kept {
    UploadRun run;
    std::uint64_t number = 0;     ///< IdempotencyKey::number
    std::int64_t created_at = 0;  ///< IdempotencyKey::created_at
  };
  using Block = std::vector<Kept>;
  using Blocks = std::vector<std::shared_ptr<const Block>>;

  UploadRuns() = default;
  /// Those of `blocks` from `since` or later. Nobody may change a block from now on.
  UploadRuns(Blocks blocks, std::int64_t since) : blocks_(std::move(blocks)), since_(since) {
    skip();
  }
  /// All of `block`.
  explicit UploadRuns(Block block)
      : UploadRuns({std::make_shared<const Block>(std::move(block))},
                   std::numeric_limits<std::int64_t>::min()) {}

  bool empty() const noexcept { return block_ == blocks_.size(); }
  /// The first of those left; it must not be empty. Valid as long as this, also behind pop().
  const UploadRun& front() const noexcept { return (*blocks_[block_])[at_].run; }
  void pop() noexcept {
    ++at_;
    skip();
  }

 private:
  /// To the next run that counts.
  void skip() noexcept {
    for (; block_ < blocks_.size(); ++block_, at_ = 0) {
      const Block& block = *blocks_[block_];
      while (at_ < block.size() && block[at_].created_at < since_) ++at_;
      if (at_ < block.size()) return;
    }
  }

  Blocks blocks_;
  std::int64_t since_ = 0;
  std::size_t block_ = 0;
  std::size_t at_ = 0;  ///< In that block.
};

}  // namespace rollcall::storage
