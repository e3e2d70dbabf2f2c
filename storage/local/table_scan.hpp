#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/list.hpp"
#include "storage/local/matcher.hpp"
#include "storage/local/sorted_page.hpp"
#include "storage/local/table.hpp"

namespace rollcall::storage {

/// A listing over a table, a slice at a time, so that nothing else has to wait for it. Both
/// references must outlive it. One thread.
class TableScan {
 public:
  /// Throws std::bad_alloc.
  TableScan(const Table& table, ListOperation& operation, EmailMatch emails = EmailMatch::exact);

  /// Works for about 0.1 ms: what it may cost is counted in octets searched, and the users of one
  /// shard's part of a block are the least (2 ms if they are the largest and searched for the most
  /// texts). True when the operation is complete.
  bool slice();

  ListOperation& operation() noexcept { return operation_; }

 private:
  void sort_ids();
  void begin_sorted();
  bool scan(std::size_t& cost);
  bool list_sorted(std::size_t& cost);
  bool list_ids(std::size_t& cost);
  bool list_block();
  bool look_at_block(std::size_t& cost);
  void take_marked(const Table::BlockMarks& marks);
  bool take(UserId id);
  bool is_behind_after(UserId id) const noexcept;
  bool go_to_block_of(UserId id) noexcept;

  const Table& table_;
  ListOperation& operation_;
  const ListRequest& request_;
  const Matcher matcher_;
  const bool every_user_;    ///< In order of their ids: the total is known without a look at each.
  std::vector<UserId> ids_;  ///< Those asked for by number, in the order of the listing.
  std::size_t next_id_ = 0;  ///< Of ids_, the place of the next one to look at.
  std::uint64_t block_ = 0;
  std::size_t shard_ = 0;      ///< Of the block, the next one to look at.
  Table::BlockMarks marks_{};  ///< Of the block, those that the filter means.
  std::uint64_t count_ = 0;    ///< How many.
  std::uint64_t skipped_ = 0;
  bool done_ = false;
  std::unique_ptr<SortedPage> sorted_;  ///< If the order is that of members.
  std::size_t next_sorted_ = 0;         ///< On that page, the next one to list.
  UserRecord user_;
};

}  // namespace rollcall::storage
