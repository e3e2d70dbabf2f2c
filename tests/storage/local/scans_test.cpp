#include "storage/local/scans.hpp"

#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "storage/limits.hpp"
#include "tests/storage/recording_owner.hpp"
#include "tests/support/allocation_counter.hpp"

namespace rollcall::storage {
namespace {

/// With 200 users, so far apart that one slice does not see them all.
void fill_sparsely(Table& table) {
  for (UserId id = 1; id <= 200; ++id) table.insert(id * Table::block_ids, {"A", "B", "a@b.c"});
}

/// Whether that thread of this process waits for something (proc(5), state S).
bool waits(pid_t thread) {
  std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  const std::size_t name_end = text.rfind(')');
  return name_end + 2 < text.size() && text[name_end + 2] == 'S';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scans)

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_of_long_listings_go_on_at_a_time) {
  Table sparse;
  fill_sparsely(sparse);
  for (const std::size_t beyond : {-1, 0, 1}) {
    RecordingOwner owner;
    Mutex changes;
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
  Mutex changes;
  Scans scans(table, changes, owner);
  std::deque<ListOperation> operations(max_scans + 200);
  for (ListOperation& each : operations) {
    each.request.limit = 10;
    each.request.filter[Member::email] = {"nobody"};
    scans.list(each);
  }
  BOOST_TEST(owner.listed.empty());
  for (std::size_t i = max_scans; i + 1 < operations.size(); ++i) operations[i].cancelled = true;
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
  Mutex changes;
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
  Mutex changes;
  Scans scans(table, changes, owner);
  ExportOperation operation;
  std::atomic<pid_t> thread{0};
  std::atomic<bool> done{false};
  changes.lock();
  std::thread exporting([&] {
    thread = ::gettid();
    scans.export_next(operation);
    done = true;
  });
  // An export that does not wait for the lock is done, and has the user as it was.
  while (!done && (thread == 0 || !waits(thread))) std::this_thread::yield();
  table.replace(1, {"New", "B", "a@b.c"});
  changes.unlock();
  exporting.join();
  BOOST_REQUIRE(operation.users.size() == 1U);
  BOOST_TEST(operation.users.user(0).last_name == "New");
}

BOOST_AUTO_TEST_CASE(a_listing_or_an_export_without_memory_ends_and_the_others_go_on) {
  Table table;
  fill_sparsely(table);
  const std::string long_text(max_name_octets, 'x');
  for (UserId id = 1; id <= 100; ++id) table.insert(1'000'000 + id, {long_text, "B", "a@b.c"});
  RecordingOwner owner;
  owner.listed.reserve(10);
  owner.exported.reserve(10);
  Mutex changes;
  Scans scans(table, changes, owner);
  // One that ends with its first slice, one that needs many, and one that waits for it.
  ListOperation quick, slow;
  quick.request.limit = slow.request.limit = 100;
  quick.request.after = 1'000'000;
  slow.request.filter[Member::last_name] = {long_text};
  ExportOperation piece;
  scans.list(slow);
  BOOST_TEST(owner.listed.empty());
  tests::fail_allocations_from(2'000);
  scans.list(quick);
  scans.export_next(piece);
  while (scans.work()) {
  }
  tests::fail_allocations_from(SIZE_MAX);
  BOOST_REQUIRE(owner.listed.size() == 2U);
  for (const ListOperation* each : owner.listed) {
    BOOST_TEST((each->status == Status::out_of_memory));
    BOOST_TEST(each->users.size() == 0U);
  }
  BOOST_REQUIRE(owner.exported.size() == 1U);
  BOOST_TEST((piece.status == Status::out_of_memory));
  scans.list(quick);
  BOOST_TEST((quick.status == Status::ok));
  BOOST_TEST(quick.users.size() == 100U);
  scans.export_next(piece);
  BOOST_TEST((piece.status == Status::ok));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
