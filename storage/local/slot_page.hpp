#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace rollcall::storage {

/// Where the users of 256 neighbouring rows lie. A dense page has a slot for every row; a sparse
/// one only for those that were ever in use, the first of them in the page itself, and becomes
/// dense when it has more than max_entries. So a user costs 4 octets if ids are dense, and about 24
/// if no two are near each other. Not thread-safe.
class SlotPage {
 public:
  /// A place in the arena plus one; 0 means that no user is there.
  using Slot = std::uint32_t;
  static constexpr std::size_t rows = 256;
  static constexpr std::size_t max_entries = 64;

  enum class Kind : std::uint8_t { sparse, dense };
  /// Throws std::bad_alloc.
  SlotPage(std::uint64_t number, Kind kind);

  /// What its rows have in common.
  std::uint64_t number() const noexcept { return number_; }
  bool dense() const noexcept { return entries_ == every_row; }

  /// The slot of `row`, below `rows`, which may be 0; null is 0 too.
  const Slot* find(std::size_t row) const noexcept {
    return dense() ? &slots_[row] : find_entry(row);
  }
  Slot* find(std::size_t row) noexcept {
    return const_cast<Slot*>(static_cast<const SlotPage*>(this)->find(row));
  }
  /// The same, made if there is none: then it is 0. Ends what find() gave out. Throws
  /// std::bad_alloc, having changed nothing.
  Slot& make(std::size_t row) { return dense() ? slots_[row] : make_entry(row); }

  /// Calls `take(row, slot)` for the slots that are not 0 of `count` rows from `first` on, in
  /// order. The slot may be changed, but not to 0.
  template <class Take>
  void for_each(std::size_t first, std::size_t count, const Take& take) {
    if (dense()) {
      for (std::size_t row = first; row < first + count; ++row) {
        if (slots_[row] != 0) take(row, slots_[row]);
      }
    } else {
      for (std::size_t i = 0; i < entries_; ++i) {
        if (slot_of(i) != 0 && row_of(i) - first < count) take(row_of(i), slot_of(i));
      }
    }
  }

  static constexpr std::size_t no_row = rows;
  /// The smallest row with a user that is not below `row`, or no_row.
  std::size_t next_row(std::size_t row) const noexcept;
  /// The largest row with a user that is below `row`, or no_row.
  std::size_t previous_row(std::size_t row) const noexcept;

  /// Users in it, as whoever sets the slots counts them.
  std::uint16_t users() const noexcept { return users_; }
  void add_user() noexcept { ++users_; }
  void remove_user() noexcept { --users_; }

 private:
  static constexpr std::uint8_t every_row = 255;

  // Those of a sparse page, by rising row.
  std::size_t row_of(std::size_t entry) const noexcept {
    return slots_ ? slots_[2 * entry] : only_row_;
  }
  Slot& slot_of(std::size_t entry) noexcept { return slots_ ? slots_[2 * entry + 1] : only_slot_; }
  Slot slot_of(std::size_t entry) const noexcept {
    return slots_ ? slots_[2 * entry + 1] : only_slot_;
  }
  const Slot* find_entry(std::size_t row) const noexcept;
  Slot& make_entry(std::size_t row);
  void make_room();
  void make_dense();

  std::uint64_t number_;
  /// Dense: the slots. Sparse with more than one entry: for each its row and its slot, with room
  /// for 4, 16 or 64.
  std::unique_ptr<Slot[]> slots_;
  Slot only_slot_ = 0;
  std::uint8_t only_row_ = 0;
  std::uint8_t entries_ = 0;  ///< every_row: it is dense.
  std::uint16_t users_ = 0;
};

static_assert(sizeof(SlotPage) <= 24);

}  // namespace rollcall::storage
