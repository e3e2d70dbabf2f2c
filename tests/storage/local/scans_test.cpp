#include "storage/local/scans.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/storage/recording_owner.hpp"

namespace rollcall::storage {
namespace {

/// With 200 users, so far apart that one slice does not see them all.
void fill_sparsely(Table& table) {
  for (UserId id = 1; id <= 200; ++id) table.insert(id * Table::block_ids, {"A", "B", "a@b.c"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scans)

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_of_long_listings_go_on_at_a_time) {
  Table sparse;
  fill_sparsely(sparse);
  for (const std::size_t beyond : {-1, 0, 1}) {
    RecordingOwner owner;
    std::mutex changes;
    Scans scans(sparse, changes, owner);
    std::deque<ListOperation> operations(max_scans + beyond);
    for (ListOperation& each : operations) {
      each.request.limit = 10;
      each.request.skip = 195;
      scans.list(each);
    }
    BOOST_TEST(owner.listed.empty());
    while (owner.listed.size() < std::min(operations.size(), max_scans)) scans.work();
    // One more has only begun when the others end.
    int slices = 0;
    for (; owner.listed.size() < operations.size(); ++slices) scans.work();
    BOOST_TEST((slices > 5) == (beyond == 1));
    for (const ListOperation& each : operations) BOOST_TEST(each.users.size() == 5U);
  }
}

BOOST_AUTO_TEST_CASE(listings_that_nobody_waits_for_hold_up_nobody) {
  Table table;
  fill_sparsely(table);
  RecordingOwner owner;
  std::mutex changes;
  Scans scans(table, changes, owner);
  std::deque<ListOperation> operations(max_scans + 200);
  for (ListOperation& each : operations) {
    each.request.limit = 10;
    each.request.filter[Member::email] = {"nobody"};
    scans.list(each);
  }
  BOOST_TEST(owner.listed.empty());
  for (std::size_t i = max_scans; i + 1 < operations.size(); ++i) operations[i].abandoned = true;
  scans.work();
  BOOST_TEST(owner.listed.size() == 199U);
  while (scans.work()) {
  }
  BOOST_TEST(owner.listed.size() == operations.size());
}

BOOST_AUTO_TEST_CASE(those_that_perhaps_nobody_waits_for_give_way_and_complete_in_the_end) {
  Table sparse;
  fill_sparsely(sparse);
  RecordingOwner owner;
  std::mutex changes;
  Scans scans(sparse, changes, owner);
  std::deque<ListOperation> operations(3 * max_scans);
  for (ListOperation& each : operations) {
    each.request.limit = 10;
    each.request.skip = 195;
  }
  for (std::size_t i = 0; i < 2 * max_scans; ++i) {
    operations[i].deferred = true;
    scans.list(operations[i]);
  }
  for (int i = 0; i < 20; ++i) scans.work();
  BOOST_TEST(owner.listed.empty());
  for (std::size_t i = 2 * max_scans; i < 3 * max_scans; ++i) scans.list(operations[i]);
  while (scans.work()) {
  }
  BOOST_REQUIRE(owner.listed.size() == operations.size());
  for (std::size_t i = 0; i < max_scans; ++i) BOOST_TEST(!owner.listed[i]->deferred);
  for (const ListOperation& each : operations) {
    BOOST_TEST(each.users.size() == 5U);
    BOOST_TEST(each.total == 200U);
  }
}

BOOST_AUTO_TEST_CASE(an_export_begins_when_nobody_is_changing_users) {
  Table table;
  table.insert(1, {"Old", "B", "a@b.c"});
  RecordingOwner owner;
  std::mutex changes;
  Scans scans(table, changes, owner);
  ExportOperation operation;
  std::unique_lock changing(changes);
  std::thread exporting([&] { scans.export_next(operation); });
  // An export that did not wait would have begun by now, and then have the user as it was.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  table.replace(1, {"New", "B", "a@b.c"});
  changing.unlock();
  exporting.join();
  BOOST_REQUIRE(operation.users.size() == 1U);
  BOOST_TEST(operation.users.user(0).last_name == "New");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
