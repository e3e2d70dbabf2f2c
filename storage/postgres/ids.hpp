#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

#include "storage/postgres/connection.hpp"
#include "storage/postgres/limits.hpp"
#include "storage/user.hpp"

namespace rollcall::storage::postgres {

/// The ids that this instance may give out: blocks of them, taken from the database, each of which
/// no other instance gets. They rise.
class Ids {
 public:
  std::uint64_t left() const noexcept { return left_; }
  /// The next one; left() is not 0.
  UserId take() noexcept {
    Block& first = blocks_.front();
    const UserId id = first.next++;
    if (first.next == first.end) blocks_.pop_front();
    --left_;
    return id;
  }

  /// So few are left that it is time for the next block.
  bool is_low() const noexcept { return left_ < lease_ / 4; }
  /// How many to take at the time `now`, `needed` at least: as many as last some ten seconds.
  std::uint64_t next_lease(std::uint64_t needed, Clock::time_point now) noexcept {
    if (leased_ != Clock::time_point{}) {
      if (now - leased_ < std::chrono::seconds(5)) lease_ = std::min(2 * lease_, max_lease);
      if (now - leased_ > std::chrono::seconds(20)) lease_ = std::max(lease_ / 2, min_lease);
    }
    leased_ = now;
    return std::max(lease_, needed);
  }
  /// A block of `count` ids is this instance's; `end` is the first id behind it.
  void add(std::uint64_t count, UserId end) {
    // The last id of all is max_user_id.
    const UserId last = std::min(end, max_user_id + 1);
    const UserId first = end - count;
    largest_ = std::max(largest_, end - 1);
    if (first >= last) return;
    if (!blocks_.empty() && blocks_.back().end == first) {
      blocks_.back().end = last;
    } else {
      blocks_.push_back({first, last});
    }
    left_ += last - first;
  }

  /// Gives out none of those that are left. The database may have gone back to before they were
  /// leased (a restored backup, a standby that lagged), and another instance may have them now.
  void drop() noexcept {
    blocks_.clear();
    left_ = 0;
  }

  /// The largest that this instance knows to be given out, to whomever.
  UserId largest() const noexcept { return largest_; }
  void note(UserId id) noexcept { largest_ = std::max(largest_, id); }

  /// The last block, of which nothing need be kept: its first id, and the first id behind it. Only
  /// for the end.
  struct Block {
    UserId next;
    UserId end;
  };
  bool has_block() const noexcept { return !blocks_.empty(); }
  const Block& last_block() const noexcept { return blocks_.back(); }

 private:
  std::deque<Block> blocks_;
  std::uint64_t left_ = 0;
  std::uint64_t lease_ = min_lease;
  UserId largest_ = 0;
  Clock::time_point leased_{};
};

}  // namespace rollcall::storage::postgres
