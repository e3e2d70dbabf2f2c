#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/local/arena.hpp"
#include "storage/local/table.hpp"

namespace rollcall::storage {

/// The users whose ids have the same low bits, by row: the other bits. Thread-safe.
class alignas(64) Table::Shard {
 public:
  // As those of Table; insert() and replace() throw std::bad_alloc, having changed nothing.
  bool insert(std::uint64_t row, const UserView& user);
  bool replace(std::uint64_t row, const UserView& user);
  void remove(std::uint64_t row) noexcept;
  bool find(std::uint64_t row, UserRecord& user) const noexcept;

  static constexpr std::uint64_t no_row = ~std::uint64_t{0};
  /// The smallest row in use that is not below `row`, or no_row.
  std::uint64_t next_row(std::uint64_t row) const noexcept;
  /// The largest row in use that is below `row`, or no_row.
  std::uint64_t previous_row(std::uint64_t row) const noexcept;

  /// Calls `take(i, view)` for each row in use of the block_rows from `first_row` on, which is a
  /// multiple of block_rows; `view()` gives the user.
  template <class Take>
  void for_block(std::uint64_t first_row, const Take& take) const noexcept {
    const std::lock_guard lock(mutex_);
    const Page* const page = page_of(first_row);
    if (page == nullptr) return;
    const auto* const slots = page->slots->data() + first_row % slots_a_page;
    for (std::size_t i = 0; i < block_rows; ++i) {
      if (slots[i] == 0) continue;
      take(i, [&, i] { return arena_.view(slots[i] - 1); });
    }
  }

  std::uint64_t size() const noexcept;

 private:
  static constexpr std::size_t slots_a_page = 256;
  static_assert(slots_a_page % block_rows == 0, "a block lies in one page of each shard");

  /// A place in the arena plus one; 0 means an empty slot.
  using Slot = std::uint32_t;
  struct Page {
    std::uint64_t number;
    std::size_t users;
    std::unique_ptr<std::array<Slot, slots_a_page>> slots;
  };

  std::size_t lower_bound(std::uint64_t number) const noexcept;
  const Page* page_of(std::uint64_t row) const noexcept;
  Page& make_page(std::uint64_t row);
  void release(Slot slot) noexcept;
  void empty_chunk(std::uint32_t chunk);

  mutable std::mutex mutex_;
  std::vector<Page> pages_;  ///< By rising number; none is without users for long.
  Arena arena_;
  std::uint64_t size_ = 0;
};

}  // namespace rollcall::storage
