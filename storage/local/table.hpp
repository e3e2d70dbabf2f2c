#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/mutex.hpp"
#include "storage/user.hpp"

namespace rollcall::storage {

class Snapshot;

/// Takes the users of a block, under a lock: it must be quick and must not call the table.
class UserVisitor {
 public:
  virtual void visit(UserId id, const UserView& user) noexcept = 0;

 protected:
  ~UserVisitor() = default;
};

/// The users in memory, by id. Thread-safe. Sharded by the low bits of the id, so that threads that
/// create at the same time touch different shards; a shard is an ordered directory of pages of
/// 32-bit slots, each the place of a packed user in the shard's arena. A user costs its texts, 4
/// octets of slot (some 24 to 48 if ids are far apart) and PackedUser::header_octets, plus what is
/// unused at the end of pages and chunks, and at most about as much again for what was replaced or
/// removed.
class Table {
 public:
  Table();
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Keeps a copy. The id must be valid and not in use. False when memory or the shard's 4 GiB of
  /// arena are used up: nothing was kept then.
  bool insert(UserId id, const UserView& user) noexcept;
  /// Puts another user in the place of the one with this id, which must be in use. False as above.
  bool replace(UserId id, const UserView& user) noexcept;
  /// The id must be in use.
  void remove(UserId id) noexcept;

  /// Copies the user out. False when there is none.
  bool find(UserId id, UserRecord& user) const noexcept;

  /// The smallest id in use that is larger than `after`, or 0 when there is none.
  UserId next_id(UserId after) const noexcept;
  /// The largest id in use that is smaller than `before`, or 0 when there is none.
  UserId previous_id(UserId before) const noexcept;

  // A listing goes by blocks of ids: block b has those from b * block_ids on.
  static constexpr std::size_t block_rows = 64;
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t block_ids = block_rows * shard_count;
  /// A bit for each id of a block: bit i % 64 of word i / 64.
  using BlockMarks = std::array<std::uint64_t, block_rows>;

  /// The ids of the block that are in use; a shard at a time, so it is no picture of one moment.
  BlockMarks mark(std::uint64_t block) const noexcept;
  /// Visits every user of the block, in no order, a shard at a time.
  void visit(std::uint64_t block, UserVisitor& visitor) const noexcept;
  /// Visits those that lie in one shard, block_rows at most; `shard` is below shard_count.
  void visit(std::uint64_t block, std::size_t shard, UserVisitor& visitor) const noexcept;

  /// `snapshot` is told of every user that is to be replaced or removed, until it is removed.
  void add(Snapshot& snapshot);
  void remove(Snapshot& snapshot) noexcept;
  std::size_t snapshots() const noexcept { return snapshot_count_.load(std::memory_order_acquire); }

  /// Users kept.
  std::uint64_t size() const noexcept;

 private:
  class Shard;
  void preserve(UserId id);

  std::unique_ptr<std::array<Shard, shard_count>> shards_;
  Mutex snapshots_mutex_;
  std::vector<Snapshot*> snapshots_ ROLLCALL_GUARDED_BY(snapshots_mutex_);
  std::atomic<std::size_t> snapshot_count_{0};
};

}  // namespace rollcall::storage
