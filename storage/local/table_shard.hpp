#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/local/arena.hpp"
#include "storage/local/slot_page.hpp"
#include "storage/local/table.hpp"
#include "storage/mutex.hpp"

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
    const MutexLock lock(mutex_);
    SlotPage* const page = page_of(first_row);
    if (page == nullptr) return;
    const std::size_t first = first_row % SlotPage::rows;
    page->for_each(first, block_rows, [&](std::size_t row, SlotPage::Slot slot) {
      take(row - first, Viewer{arena_, slot - 1});
    });
  }

  std::uint64_t size() const noexcept;

 private:
  static_assert(SlotPage::rows % block_rows == 0, "a block lies in one page of each shard");

  /// Gives the user at a place, while the mutex is held.
  struct Viewer {
    const Arena& arena;
    Arena::Place place;
    UserView operator()() const noexcept { return arena.view(place); }
  };
  std::size_t lower_bound(std::uint64_t number) const noexcept ROLLCALL_REQUIRES(mutex_);
  SlotPage* page_of(std::uint64_t row) const noexcept ROLLCALL_REQUIRES(mutex_);
  SlotPage& make_page(std::uint64_t row) ROLLCALL_REQUIRES(mutex_);
  void release(SlotPage::Slot slot) noexcept ROLLCALL_REQUIRES(mutex_);
  void empty_chunk(std::uint32_t chunk) ROLLCALL_REQUIRES(mutex_);

  mutable Mutex mutex_;
  /// By rising number; none is without users for long.
  mutable std::vector<SlotPage> pages_ ROLLCALL_GUARDED_BY(mutex_);
  Arena arena_ ROLLCALL_GUARDED_BY(mutex_);
  std::uint64_t size_ ROLLCALL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::storage
