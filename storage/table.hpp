#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "storage/user.hpp"

namespace rollcall::storage {

/// The users in memory, by id. Thread-safe. Sharded by the low bits of the id, so that threads that
/// create at the same time touch different shards; a shard is an ordered directory of pages of
/// 32-bit slots, each the place of a packed record in the shard's arena. A user costs its octets
/// + 4 (slot) + 4 (the three lengths), plus what is unused at the end of pages and chunks.
class Table {
 public:
  Table();
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Keeps a copy. The id must be valid and not in use. False when memory or the shard's 4 GiB of
  /// arena are used up: nothing was kept then.
  bool insert(UserId id, const UserView& user) noexcept;

  /// Copies the user out. False when there is none.
  bool find(UserId id, UserRecord& user) const noexcept;

  /// The smallest id in use that is larger than `after`, or 0 when there is none: with find(), a
  /// listing in the order of ids.
  UserId next_id(UserId after) const noexcept;

  /// Users kept.
  std::uint64_t size() const noexcept;

 private:
  class Shard;
  static constexpr std::size_t shard_count = 64;
  std::unique_ptr<std::array<Shard, shard_count>> shards_;
};

}  // namespace rollcall::storage
