#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <limits>

#include "storage/postgres/limits.hpp"
#include "tests/postgres/cluster.hpp"
#include "tests/storage/store_contract.hpp"
#include "tests/support/allocation_counter.hpp"

/// Writes that wait for others.
namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(waiting)

BOOST_AUTO_TEST_CASE(writes_that_wait_behind_others_which_are_done_are_not_refused) {
  const std::string schema = tests::shared_cluster().new_schema();
  const auto store = open_store(tests::shared_cluster().url(schema), {}, {});
  // Two batches take longer than anything may wait while none is done.
  tests::shared_cluster().query(
      "SET search_path = " + schema +
      "; CREATE FUNCTION sleep() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(2.6); RETURN NULL; "
      "END' LANGUAGE plpgsql; CREATE TRIGGER sleep AFTER INSERT ON users EXECUTE FUNCTION sleep()");
  RecordingOwner owner;
  const auto session = store->open_session(owner);
  std::deque<WriteOperation> operations(2 * postgres::max_batch + 1);
  for (WriteOperation& each : operations) {
    each.user = {"L", "F", "a@b.c"};
    session->write(each);
  }
  owner.turn_until(*session, operations.size());
  const auto is_refused = [](const WriteOperation& each) { return each.status != Status::ok; };
  BOOST_TEST(std::count_if(operations.begin(), operations.end(), is_refused) == 0);
}

BOOST_AUTO_TEST_CASE(creates_need_no_memory_once_as_many_were_made) {
  const auto store =
      open_store(tests::shared_cluster().url(tests::shared_cluster().new_schema()), {}, {});
  RecordingOwner owner;
  const auto session = store->open_session(owner);
  constexpr std::size_t batch = 64;
  constexpr std::size_t batches = 200;
  std::deque<WriteOperation> operations(batch);
  const auto create_all = [&] {
    for (std::size_t i = 0; i < batches; ++i) {
      owner.written.clear();
      for (WriteOperation& each : operations) {
        each.user = {"Meere", "John", "johnm@gmail.com"};
        session->write(each);
      }
      owner.turn_until(*session, batch);
    }
  };
  create_all();
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  // On a busy machine a look at what others wrote, once a second, or a lost turn, is in some of
  // them.
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t before = tests::allocation_count();
    create_all();
    least = std::min(least, tests::allocation_count() - before);
  }
  BOOST_TEST_MESSAGE(least << " allocations for " << batch * batches << " creates");
  BOOST_TEST(least <= batch * batches / 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
