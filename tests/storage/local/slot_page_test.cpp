#include "storage/local/slot_page.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

namespace rollcall::storage {
namespace {

using Kind = SlotPage::Kind;

/// The page holds the slots of `expected`, and finds and orders them.
void check(SlotPage& page, const std::map<std::size_t, SlotPage::Slot>& expected) {
  std::map<std::size_t, SlotPage::Slot> found;
  std::size_t last = 0;
  page.for_each(0, SlotPage::rows, [&](std::size_t row, SlotPage::Slot& slot) {
    BOOST_TEST(row >= last);
    last = row;
    found[row] = slot;
  });
  BOOST_TEST((found == expected));
  for (std::size_t row = 0; row <= SlotPage::rows; ++row) {
    const auto next = expected.lower_bound(row);
    BOOST_TEST(page.next_row(row) == (next == expected.end() ? SlotPage::no_row : next->first));
    BOOST_TEST(page.previous_row(row) ==
               (next == expected.begin() ? SlotPage::no_row : std::prev(next)->first));
    if (row == SlotPage::rows) break;
    const SlotPage::Slot* const slot = page.find(row);
    const auto here = expected.find(row);
    BOOST_TEST((slot == nullptr ? 0 : *slot) == (here == expected.end() ? 0 : here->second));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slot_page)

BOOST_AUTO_TEST_CASE(slots_come_and_go_in_any_order_whatever_the_kind) {
  std::mt19937 random(1);
  for (const Kind kind : {Kind::sparse, Kind::dense}) {
    for (const std::size_t most : {1U, 2U, 4U, 5U, 16U, 17U, 63U, 64U, 65U, 256U}) {
      SlotPage page(7, kind);
      BOOST_TEST(page.number() == 7U);
      std::map<std::size_t, SlotPage::Slot> expected;
      for (SlotPage::Slot value = 1; value <= 400; ++value) {
        const std::size_t row = random() % most * (256 / most);
        const bool there = expected.contains(row);
        BOOST_TEST(page.make(row) == (there ? expected[row] : 0));
        if (there && random() % 2 == 0) {
          *page.find(row) = 0;
          expected.erase(row);
        } else {
          page.make(row) = value;
          expected[row] = value;
        }
        if (value % 50 == 0) check(page, expected);
      }
      check(page, expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_sparse_page_becomes_dense_with_one_entry_more_than_64) {
  SlotPage page(0, Kind::sparse);
  for (std::size_t row = 0; row < 65; ++row) {
    BOOST_TEST(!page.dense());
    page.make(3 * row) = 1;
    // An entry that was emptied still counts.
    if (row == 5) *page.find(15) = 0;
  }
  BOOST_TEST(page.dense());
  BOOST_TEST(SlotPage(0, Kind::dense).dense());
}

BOOST_AUTO_TEST_CASE(a_range_of_rows_is_visited_and_its_slots_can_be_changed) {
  for (const Kind kind : {Kind::sparse, Kind::dense}) {
    SlotPage page(0, kind);
    for (const std::size_t row : {63U, 64U, 100U, 127U, 128U}) page.make(row) = 1;
    std::size_t visits = 0;
    page.for_each(64, 64, [&](std::size_t, SlotPage::Slot& slot) {
      ++visits;
      slot = 2;
    });
    BOOST_TEST(visits == 3U);
    BOOST_TEST(*page.find(63) == 1U);
    BOOST_TEST(*page.find(127) == 2U);
    BOOST_TEST(*page.find(128) == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
