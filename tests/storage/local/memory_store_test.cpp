#include "storage/local/memory_store.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/limits.hpp"
#include "tests/storage/recording_events.hpp"
#include "tests/storage/recording_owner.hpp"
#include "tests/support/allocation_counter.hpp"

/// What a store in memory does without memory; for the rest see store_contract_test.cpp.
namespace rollcall::storage {
namespace {

/// The users' texts are in larger blocks, and nothing else is.
constexpr std::size_t block_octets = 65'536;

struct Full {
  Full() = default;
  ~Full() { tests::fail_allocations_from(SIZE_MAX); }

  Status create(IdempotencyKey* key = nullptr) {
    WriteOperation operation;
    operation.user = {std::string_view(name), "B", "a@b.c"};
    operation.key = key;
    session->write(operation);
    // Its list must not grow while there is no memory.
    owner.written.clear();
    return operation.status;
  }
  /// Creates until there is no room in the blocks that there are.
  Status fill() {
    Status status = Status::ok;
    tests::fail_allocations_from(block_octets);
    for (int i = 0; i < 1'000'000 && status == Status::ok; ++i) status = create();
    return status;
  }
  void tick() {
    now += upkeep_interval;
    session->tick(now);
  }

  RecordingEvents events;
  MemoryStore store{{}, events};
  RecordingOwner owner;
  std::unique_ptr<Session> session = store.open_session(owner);
  std::string name = std::string(max_name_code_points, 'n');
  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_store, Full)

BOOST_AUTO_TEST_CASE(without_memory_a_write_is_refused_for_memory_and_that_is_told_once) {
  using Texts = std::vector<std::string>;
  BOOST_TEST((store.health() == Status::ok));
  BOOST_TEST((fill() == Status::out_of_memory));
  IdempotencyKey key;
  // Other shards may have room yet.
  Status status = Status::ok;
  for (int i = 0; i < 1'000'000 && status == Status::ok; ++i) {
    const std::string text = std::to_string(i);
    key.text = text;
    status = create(&key);
  }
  BOOST_TEST((status == Status::out_of_memory));
  BOOST_TEST((store.health() == Status::out_of_memory));
  BOOST_TEST(events.all == Texts{"writes stopped: memory: no room for another user"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(that_it_is_over_is_told_once_writes_succeed_and_none_is_refused) {
  BOOST_TEST((fill() == Status::out_of_memory));
  tick();
  tests::fail_allocations_from(SIZE_MAX);
  tick();
  // Nobody has tried.
  BOOST_TEST((store.health() == Status::out_of_memory));
  BOOST_TEST((create() == Status::ok));
  tick();
  BOOST_TEST((store.health() == Status::ok));
  BOOST_TEST(events.all.back() == "writes resumed");
  tick();
  BOOST_TEST(events.all.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
