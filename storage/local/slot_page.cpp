#include "storage/local/slot_page.hpp"

#include <utility>

namespace rollcall::storage {
namespace {

/// Each room for entries is so many times the one before.
constexpr std::size_t growth = 4;

bool is_full(std::size_t entries) noexcept {
  return entries == 1 || entries == growth || entries == growth * growth;
}

}  // namespace

SlotPage::SlotPage(std::uint64_t number, Kind kind) : number_(number) {
  if (kind == Kind::dense) make_dense();
}

const SlotPage::Slot* SlotPage::find_entry(std::size_t row) const noexcept {
  for (std::size_t i = 0; i < entries_ && row_of(i) <= row; ++i) {
    if (row_of(i) == row) return slots_ ? &slots_[2 * i + 1] : &only_slot_;
  }
  return nullptr;
}

SlotPage::Slot& SlotPage::make_entry(std::size_t row) {
  if (const Slot* const found = find_entry(row)) return *const_cast<Slot*>(found);
  if (entries_ == 0) {
    only_row_ = static_cast<std::uint8_t>(row);
    entries_ = 1;
    return only_slot_;
  }
  if (entries_ == max_entries) {
    make_dense();
    return slots_[row];
  }
  if (is_full(entries_)) make_room();
  std::size_t at = entries_++;
  for (; at > 0 && row_of(at - 1) > row; --at) {
    slots_[2 * at] = slots_[2 * at - 2];
    slots_[2 * at + 1] = slots_[2 * at - 1];
  }
  slots_[2 * at] = static_cast<Slot>(row);
  return slots_[2 * at + 1] = 0;
}

void SlotPage::make_room() {
  auto larger = std::make_unique<Slot[]>(2 * growth * entries_);
  for (std::size_t i = 0; i < entries_; ++i) {
    larger[2 * i] = static_cast<Slot>(row_of(i));
    larger[2 * i + 1] = slot_of(i);
  }
  slots_ = std::move(larger);
}

void SlotPage::make_dense() {
  auto all = std::make_unique<Slot[]>(rows);
  for (std::size_t i = 0; i < entries_; ++i) all[row_of(i)] = slot_of(i);
  slots_ = std::move(all);
  entries_ = every_row;
}

std::size_t SlotPage::next_row(std::size_t row) const noexcept {
  if (dense()) {
    while (row < rows && slots_[row] == 0) ++row;
    return row;
  }
  for (std::size_t i = 0; i < entries_; ++i) {
    if (row_of(i) >= row && slot_of(i) != 0) return row_of(i);
  }
  return no_row;
}

std::size_t SlotPage::previous_row(std::size_t row) const noexcept {
  if (dense()) {
    while (row-- > 0) {
      if (slots_[row] != 0) return row;
    }
    return no_row;
  }
  for (std::size_t i = entries_; i-- > 0;) {
    if (row_of(i) < row && slot_of(i) != 0) return row_of(i);
  }
  return no_row;
}

}  // namespace rollcall::storage
