#include "storage/local/table.hpp"

#include <new>

#include "storage/local/snapshot.hpp"
#include "storage/local/table_shard.hpp"

namespace rollcall::storage {

Table::Table() : shards_(std::make_unique<std::array<Shard, shard_count>>()) {}
Table::~Table() = default;

bool Table::insert(UserId id, const UserView& user) noexcept {
  try {
    return (*shards_)[id % shard_count].insert(id / shard_count, user);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool Table::replace(UserId id, const UserView& user) noexcept {
  try {
    if (snapshots() > 0) preserve(id);
    return (*shards_)[id % shard_count].replace(id / shard_count, user);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void Table::remove(UserId id) noexcept {
  if (snapshots() > 0) preserve(id);
  (*shards_)[id % shard_count].remove(id / shard_count);
}

void Table::preserve(UserId id) {
  UserRecord user;
  if (!find(id, user)) return;
  const MutexLock lock(snapshots_mutex_);
  for (Snapshot* const each : snapshots_) each->preserve(id, user.view());
}

void Table::add(Snapshot& snapshot) {
  const MutexLock lock(snapshots_mutex_);
  snapshots_.push_back(&snapshot);
  snapshot_count_.store(snapshots_.size(), std::memory_order_release);
}

void Table::remove(Snapshot& snapshot) noexcept {
  const MutexLock lock(snapshots_mutex_);
  std::erase(snapshots_, &snapshot);
  snapshot_count_.store(snapshots_.size(), std::memory_order_release);
}

bool Table::find(UserId id, UserRecord& user) const noexcept {
  return (*shards_)[id % shard_count].find(id / shard_count, user);
}

UserId Table::next_id(UserId after) const noexcept {
  UserId smallest = 0;
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::uint64_t from = after / shard_count + (i <= after % shard_count ? 1 : 0);
    const std::uint64_t row = (*shards_)[i].next_row(from);
    if (row == Shard::no_row) continue;
    const UserId id = row * shard_count + i;
    if (smallest == 0 || id < smallest) smallest = id;
  }
  return smallest;
}

UserId Table::previous_id(UserId before) const noexcept {
  UserId largest = 0;
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::uint64_t end = before / shard_count + (i < before % shard_count ? 1 : 0);
    const std::uint64_t row = (*shards_)[i].previous_row(end);
    if (row == Shard::no_row) continue;
    const UserId id = row * shard_count + i;
    if (id > largest) largest = id;
  }
  return largest;
}

Table::BlockMarks Table::mark(std::uint64_t block) const noexcept {
  BlockMarks marks{};
  for (std::size_t i = 0; i < shard_count; ++i) {
    (*shards_)[i].for_block(block * block_rows, [&](std::size_t row, const auto&) {
      marks[row] |= std::uint64_t{1} << i;
    });
  }
  return marks;
}

void Table::visit(std::uint64_t block, UserVisitor& visitor) const noexcept {
  for (std::size_t i = 0; i < shard_count; ++i) visit(block, i, visitor);
}

void Table::visit(std::uint64_t block, std::size_t shard, UserVisitor& visitor) const noexcept {
  (*shards_)[shard].for_block(block * block_rows, [&](std::size_t row, const auto& view) {
    visitor.visit((block * block_rows + row) * shard_count + shard, view());
  });
}

std::uint64_t Table::size() const noexcept {
  std::uint64_t sum = 0;
  for (const Shard& shard : *shards_) sum += shard.size();
  return sum;
}

}  // namespace rollcall::storage
