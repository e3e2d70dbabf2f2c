#include "storage/local/table_scan.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <vector>

namespace rollcall::storage {
namespace {

/// What a slice may cost, in the unit of Matcher::cost(): some 4,096 small users.
constexpr std::size_t slice_cost = 256 * 1'024;
/// A block of which only the slots are looked at, in the same unit.
constexpr std::size_t marked_block_cost = slice_cost / 16;

/// To find a user by its number, in the same unit.
constexpr std::size_t find_cost = 60;

/// Marks those that a filter means or, if they are to be sorted, offers them to the page.
class Marker final : public UserVisitor {
 public:
  Marker(const Matcher& matcher, Table::BlockMarks& marks, std::uint64_t& count,
         SortedPage* sorted) noexcept
      : matcher_(matcher), marks_(marks), count_(count), sorted_(sorted) {}

  void visit(UserId id, const UserView& user) noexcept override {
    if (!matcher_.matches(id, user, cost)) return;
    if (sorted_ != nullptr) return offer(id, user);
    const std::size_t place = id % Table::block_ids;
    marks_[place / 64] |= std::uint64_t{1} << place % 64;
    ++count_;
  }

  std::size_t cost = 0;
  bool out_of_memory = false;

 private:
  void offer(UserId id, const UserView& user) noexcept {
    try {
      cost += sorted_->offer(id, user);
      ++count_;
    } catch (const std::bad_alloc&) {
      out_of_memory = true;
    }
  }

  const Matcher& matcher_;
  Table::BlockMarks& marks_;
  std::uint64_t& count_;
  SortedPage* sorted_;
};

}  // namespace

TableScan::TableScan(const Table& table, ListOperation& operation, EmailMatch emails)
    : table_(table),
      operation_(operation),
      request_(operation.request),
      matcher_(operation.request.filter, emails),
      every_user_(operation.request.filter.all() && operation.request.order.empty()) {
  operation_.users.clear();
  operation_.total = every_user_ ? table_.size() : 0;
  operation_.more = false;
  operation_.status = Status::ok;
  sort_ids();
  if (!request_.order.empty()) begin_sorted();
  // A total of some has to be counted from the beginning.
  const UserId start = every_user_ ? request_.after : 0;
  done_ = request_.descending
              ? !go_to_block_of(table_.previous_id(start == 0 ? max_user_id + 1 : start))
              : !go_to_block_of(table_.next_id(start));
}

void TableScan::begin_sorted() {
  sorted_ = std::make_unique<SortedPage>(request_);
  if (request_.after == 0) return;
  if (table_.find(request_.after, user_)) {
    sorted_->begin_behind(request_.after, user_.view());
  } else {
    operation_.status = Status::not_found;
  }
}

bool TableScan::slice() {
  if (operation_.cancelled) operation_.status = Status::cancelled;
  if (operation_.status != Status::ok) return true;
  std::size_t cost = 0;
  if (!(request_.filter.ids.empty() ? scan(cost) : list_ids(cost))) return false;
  return !sorted_ || list_sorted(cost);
}

/// This, list_ids() and list_sorted() give false when the cost of a slice is used up before.
bool TableScan::scan(std::size_t& cost) {
  while (!done_ && cost < slice_cost) {
    if (!every_user_ && !look_at_block(cost)) continue;
    done_ = !list_block();
    cost += marked_block_cost;
  }
  return done_;
}

/// False when the cost of a slice is used up before the block is.
bool TableScan::look_at_block(std::size_t& cost) {
  for (; shard_ < Table::shard_count && cost < slice_cost; ++shard_) {
    Marker marker(matcher_, marks_, count_, sorted_.get());
    table_.visit(block_, shard_, marker);
    cost += marker.cost;
    if (marker.out_of_memory) throw std::bad_alloc();
  }
  return shard_ == Table::shard_count;
}

void TableScan::sort_ids() {
  ids_ = request_.filter.ids;
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  if (request_.descending) std::reverse(ids_.begin(), ids_.end());
}

bool TableScan::list_ids(std::size_t& cost) {
  for (; next_id_ < ids_.size() && cost < slice_cost; ++next_id_) {
    const UserId id = ids_[next_id_];
    cost += find_cost;
    if (!table_.find(id, user_)) continue;
    if (!matcher_.matches(id, user_.view(), cost)) continue;
    ++operation_.total;
    if (sorted_) {
      cost += sorted_->offer(id, user_.view());
    } else {
      take(id);
    }
  }
  return next_id_ == ids_.size();
}

bool TableScan::list_sorted(std::size_t& cost) {
  while (cost < slice_cost && sorted_->order_one()) cost += SortedPage::order_cost;
  for (; cost < slice_cost && next_sorted_ < sorted_->size(); ++next_sorted_) {
    const UserId id = sorted_->id(next_sorted_);
    cost += find_cost;
    // It may have changed since it was looked at.
    if (!table_.find(id, user_) || !matcher_.matches(id, user_.view())) continue;
    cost += user_.view().octets();
    operation_.users.append(id, user_.view());
  }
  if (cost >= slice_cost) return false;
  operation_.more = sorted_->more();
  return true;
}

/// False when the listing is complete.
bool TableScan::list_block() {
  if (every_user_) {
    take_marked(table_.mark(block_));
    if (operation_.more) return false;
  } else {
    operation_.total += count_;
    if (count_ > 0 && !sorted_) take_marked(marks_);
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
