#include "storage/local/table_scan.hpp"

#include <algorithm>
#include <bit>
#include <vector>

namespace rollcall::storage {
namespace {

/// What a slice may cost, in the unit of Matcher::cost(): some 4,096 small users.
constexpr std::size_t slice_cost = 256 * 1'024;
/// A block of which only the slots are looked at, in the same unit.
constexpr std::size_t marked_block_cost = slice_cost / 16;

/// To find a user by its number, in the same unit.
constexpr std::size_t find_cost = 60;

/// Marks those that a filter means.
class Marker final : public UserVisitor {
 public:
  Marker(const Matcher& matcher, Table::BlockMarks& marks, std::uint64_t& count) noexcept
      : matcher_(matcher), marks_(marks), count_(count) {}

  void visit(UserId id, const UserView& user) noexcept override {
    cost += matcher_.cost(user);
    if (!matcher_.matches(id, user)) return;
    const std::size_t place = id % Table::block_ids;
    marks_[place / 64] |= std::uint64_t{1} << place % 64;
    ++count_;
  }

  std::size_t cost = 0;

 private:
  const Matcher& matcher_;
  Table::BlockMarks& marks_;
  std::uint64_t& count_;
};

}  // namespace

TableScan::TableScan(const Table& table, ListOperation& operation)
    : table_(table),
      operation_(operation),
      request_(operation.request),
      matcher_(operation.request.filter),
      every_user_(operation.request.filter.all()) {
  operation_.users.clear();
  operation_.total = every_user_ ? table_.size() : 0;
  operation_.more = false;
  operation_.status = Status::ok;
  sort_ids();
  // A total of some has to be counted from the beginning.
  const UserId start = every_user_ ? request_.after : 0;
  done_ = request_.descending
              ? !go_to_block_of(table_.previous_id(start == 0 ? max_user_id + 1 : start))
              : !go_to_block_of(table_.next_id(start));
}

bool TableScan::slice() {
  if (operation_.abandoned) return true;
  if (!request_.filter.ids.empty()) return list_ids();
  for (std::size_t cost = 0; !done_ && cost < slice_cost;) {
    if (!every_user_ && !look_at_block(cost)) continue;
    done_ = !list_block();
    cost += marked_block_cost;
  }
  return done_;
}

/// False when the cost of a slice is used up before the block is.
bool TableScan::look_at_block(std::size_t& cost) {
  for (; shard_ < Table::shard_count && cost < slice_cost; ++shard_) {
    Marker marker(matcher_, marks_, count_);
    table_.visit(block_, shard_, marker);
    cost += marker.cost;
  }
  return shard_ == Table::shard_count;
}

void TableScan::sort_ids() {
  ids_ = request_.filter.ids;
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  if (request_.descending) std::reverse(ids_.begin(), ids_.end());
}

bool TableScan::list_ids() {
  for (std::size_t cost = 0; next_id_ < ids_.size() && cost < slice_cost; ++next_id_) {
    const UserId id = ids_[next_id_];
    cost += find_cost;
    if (!table_.find(id, user_)) continue;
    cost += matcher_.cost(user_.view());
    if (!matcher_.matches(id, user_.view())) continue;
    ++operation_.total;
    take(id);
  }
  return next_id_ == ids_.size();
}

/// False when the listing is complete.
bool TableScan::list_block() {
  if (every_user_) {
    take_marked(table_.mark(block_));
    if (operation_.more) return false;
  } else {
    operation_.total += count_;
    if (count_ > 0) take_marked(marks_);
    shard_ = 0;
    marks_ = {};
    count_ = 0;
  }
  if (request_.descending) return go_to_block_of(table_.previous_id(block_ * Table::block_ids));
  return go_to_block_of(table_.next_id((block_ + 1) * Table::block_ids - 1));
}

void TableScan::take_marked(const Table::BlockMarks& marks) {
  const UserId first = block_ * Table::block_ids;
  if (request_.after == 0 && skipped_ < request_.skip) {
    std::uint64_t users = 0;
    for (const std::uint64_t word : marks) users += static_cast<unsigned>(std::popcount(word));
    if (users <= request_.skip - skipped_) {
      skipped_ += users;
      return;
    }
  }
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const std::size_t row = request_.descending ? marks.size() - 1 - i : i;
    for (std::uint64_t rest = marks[row]; rest != 0;) {
      const auto bit = static_cast<unsigned>(request_.descending ? 63 - std::countl_zero(rest)
                                                                 : std::countr_zero(rest));
      rest &= ~(std::uint64_t{1} << bit);
      if (!take(first + row * 64 + bit)) return;
    }
  }
}

/// Lists the user, if it is its turn. False when no other can be.
bool TableScan::take(UserId id) {
  if (!is_behind_after(id)) return true;
  if (skipped_ < request_.skip) {
    ++skipped_;
    return true;
  }
  if (operation_.users.size() == request_.limit) {
    operation_.more = true;
    return false;
  }
  // It may have changed since it was looked at.
  if (table_.find(id, user_) && matcher_.matches(id, user_.view())) {
    operation_.users.append(id, user_.view());
  }
  return true;
}

bool TableScan::is_behind_after(UserId id) const noexcept {
  if (request_.after == 0) return true;
  return request_.descending ? id < request_.after : id > request_.after;
}

bool TableScan::go_to_block_of(UserId id) noexcept {
  block_ = id / Table::block_ids;
  return id != 0;
}

}  // namespace rollcall::storage
