#include <boost/test/unit_test.hpp>
#include <deque>
#include <utility>

#include "storage/open_store.hpp"
#include "tests/postgres/cluster.hpp"
#include "tests/postgres/held_lock.hpp"
#include "tests/storage/recording_owner.hpp"
#include "tests/storage/store_contract.hpp"

/// Listings beside what else their connections do.
namespace rollcall::storage {
namespace {

using std::chrono::steady_clock;

std::string fresh_url() {
  return tests::shared_cluster().url(tests::shared_cluster().new_schema());
}

void close(Store& store) {
  std::string error;
  BOOST_TEST(store.close(error), error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listing)

BOOST_AUTO_TEST_CASE(an_instance_looks_around_however_many_listings_wait) {
  const std::string url = fresh_url();
  const auto one = open_store(url, {}, {});
  const auto other = open_store(url, {}, {});
  {
    RecordingOwner owner;
    const auto session = one->open_session(owner);
    std::deque<ListOperation> lists(64);
    for (ListOperation& each : lists) {
      each.request.limit = 10;
      session->list(each);
    }
    create(*other, {"A", "B"});
    const auto until = steady_clock::now() + std::chrono::seconds(5);
    while (one->size() != 2 && steady_clock::now() < until) {
      owner.turn(*session);
      session->deliver();
      for (ListOperation* const each : std::exchange(owner.listed, {})) {
        each->users.clear();
        session->list(*each);
      }
    }
    BOOST_TEST(one->size() == 2U);
    while (owner.listed.size() < lists.size()) {
      owner.turn(*session);
      session->deliver();
    }
  }
  close(*one);
  close(*other);
}

BOOST_AUTO_TEST_CASE(a_listing_that_nobody_waits_for_holds_no_connection) {
  const std::string schema = tests::shared_cluster().new_schema();
  const auto store = open_store(tests::shared_cluster().url(schema), {}, {});
  {
    RecordingOwner owner;
    const auto session = store->open_session(owner);
    const tests::HeldLock lock(schema + ".users");
    std::deque<ListOperation> lists(3);
    for (ListOperation& each : lists) session->list(each);
    owner.turn(*session);
    tests::HeldLock::wait_for_waiting(2);
    for (ListOperation& each : lists) session->cancel(each);
    const auto until = steady_clock::now() + std::chrono::seconds(5);
    while (owner.listed.size() < lists.size() && steady_clock::now() < until) {
      owner.turn(*session);
      session->deliver();
    }
    BOOST_TEST(owner.listed.size() == lists.size());
    for (const ListOperation* const each : owner.listed) {
      BOOST_TEST((each->status == Status::cancelled));
    }
    tests::HeldLock::wait_for_none();
  }
  close(*store);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
