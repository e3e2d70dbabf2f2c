#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/connection/connection.hpp"
#include "server/io_thread.hpp"
#include "storage/local/memory_store.hpp"
#include "storage/local/table.hpp"
#include "storage/open_store.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/driven_server.hpp"
#include "tests/support/temporary_directory.hpp"

/// What a create, a user and a connection cost, in counts that do not depend on the machine's load.
namespace rollcall::tests {
namespace {

const std::string create =
    "POST /users HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: application/json\r\n"
    "Content-Length: 72\r\n\r\n"
    "{\"last-name\": \"Meere\", \"first-name\": \"John\", \"email\": \"johnm@gmail.com\"}";

struct Created {
  storage::MemoryStore store;
  DrivenServer server{store};

  Created() { server.connect(); }
  ~Created() { server.finish(); }
  void operator()(int count) {
    for (int i = 0; i < count; ++i) {
      server.arrive(create);
      server.socket().forget_sent();
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(counted)

BOOST_AUTO_TEST_CASE(a_create_costs_no_heap_but_the_table_s_pages_and_chunks) {
  Created created;
  created(1'000);
  BOOST_REQUIRE(created.store.size() == 1'000U);
  const std::uint64_t before = allocation_count();
  constexpr int creates = 20'000;
  created(creates);
  BOOST_REQUIRE(created.store.size() == 21'000U);
  // A page of slots serves 256 users and a chunk some thousands, in each of 64 shards; their
  // directories grow now and then.
  BOOST_TEST(allocation_count() - before < creates / 256 + 2 * 64 + 64U);
}

BOOST_AUTO_TEST_CASE(
    a_durable_create_costs_no_heap_of_ours_but_the_table_s_and_one_cursor_a_commit) {
  const TemporaryDirectory directory;
  const auto store = storage::open_store("sqlite:" + directory.file("a.db"), {}, {});
  {
    DrivenServer server(*store);
    constexpr int connections = 64;
    for (int i = 0; i < connections; ++i) server.connect();
    const auto turn = [&] {
      for (MemorySocket& each : server.sockets()) {
        each.forget_sent();
        each.arrive(create);
      }
      server.take_turn();
    };
    for (int i = 0; i < 100; ++i) turn();
    BOOST_REQUIRE(store->size() == 100U * connections);
    const std::uint64_t before = allocation_count();
    constexpr int turns = 300;
    for (int i = 0; i < turns; ++i) turn();
    BOOST_REQUIRE(store->size() == 400U * connections);
    // SQLite asks for a cursor over each batch; what it takes from malloc() is not counted.
    BOOST_TEST(allocation_count() - before < turns + turns * connections / 256 + 2 * 64 + 64U);
    for (int i = 0; i < connections; ++i) server.sockets()[std::size_t(i)].finish();
    server.take_turn();
  }
  std::string error;
  BOOST_TEST(store->close(error), error);
}

BOOST_AUTO_TEST_CASE(a_create_that_comes_alone_costs_one_recv_and_one_send) {
  Created created;
  created(100);
  const auto before = created.server.calls();
  created(1'000);
  BOOST_TEST(created.server.calls().reads - before.reads == 1'000U);
  BOOST_TEST(created.server.calls().writes - before.writes == 1'000U);
}

BOOST_AUTO_TEST_CASE(creates_that_come_together_are_answered_by_one_send) {
  Created created;
  created(100);
  const auto before = created.server.calls();
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += create;
  for (int i = 0; i < 100; ++i) created.server.arrive(sixteen);
  BOOST_TEST(created.server.calls().reads - before.reads == 100U);
  BOOST_TEST(created.server.calls().writes - before.writes == 100U);
}

BOOST_AUTO_TEST_CASE(creates_of_64_connections_cost_at_most_2_2_system_calls_each) {
  storage::MemoryStore store;
  DrivenServer server(store);
  constexpr std::size_t connections = 64;
  for (std::size_t i = 0; i < connections; ++i) server.connect();
  constexpr std::uint64_t turns = 100;
  const auto before = server.calls();
  for (std::uint64_t turn = 0; turn < turns; ++turn) {
    for (MemorySocket& each : server.sockets()) each.arrive(create);
    server.take_turn();
  }
  constexpr std::uint64_t creates = turns * connections;
  BOOST_REQUIRE(store.size() == creates);
  const auto after = server.calls();
  BOOST_TEST(after.reads - before.reads == creates);
  BOOST_TEST(after.writes - before.writes == creates);
  // And one with which the io_context waits for the set.
  const std::uint64_t waits = after.polls - before.polls + turns;
  const std::uint64_t all = 2 * creates + waits;
  BOOST_TEST_MESSAGE("system calls a create: " << double(all) / creates);
  BOOST_TEST(10 * all <= 22 * creates);
}

BOOST_AUTO_TEST_CASE(a_user_costs_at_most_16_octets_over_its_text) {
  // Enough for the unused ends of 64 chunks of 256 KiB to matter little.
  constexpr std::uint64_t users = 2'000'000;
  const std::int64_t before = allocated_octets();
  const storage::Table table;
  std::uint64_t text = 0;
  for (storage::UserId id = 1; id <= users; ++id) {
    const std::string number = std::to_string(id);
    const std::string email = "user" + number + "@example.com";
    BOOST_REQUIRE(const_cast<storage::Table&>(table).insert(id, {"Name" + number, "First", email}));
    text += 4 + number.size() + 5 + email.size();
  }
  const auto taken = static_cast<std::uint64_t>(allocated_octets() - before);
  BOOST_TEST_MESSAGE("octets a user over its text: " << double(taken - text) / users);
  BOOST_TEST(taken - text <= 16 * users);
}

BOOST_AUTO_TEST_CASE(a_user_costs_at_most_64_octets_over_its_text_whatever_its_id) {
  constexpr std::size_t users = 2'000'000;
  std::mt19937_64 random(1);
  std::vector<storage::UserId> ids(users);
  for (storage::UserId& id : ids) id = 1 + random() % storage::max_user_id;
  std::sort(ids.begin(), ids.end());
  const std::int64_t before = allocated_octets();
  storage::Table table;
  const storage::UserView user{"Meere", "John", "johnm@gmail.com"};
  for (const storage::UserId id : ids) BOOST_REQUIRE(table.insert(id, user));
  const auto taken = static_cast<std::uint64_t>(allocated_octets() - before);
  const std::uint64_t text = users * user.octets();
  BOOST_TEST_MESSAGE("octets a user over its text: " << double(taken - text) / users);
  BOOST_TEST(taken - text <= 64 * users);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_costs_at_most_1_kib) {
  storage::MemoryStore store;
  DrivenServer server(store);
  std::vector<std::int64_t> in_use;
  for (int i = 0; i < 2; ++i) {
    for (int k = 0; k < 1'000; ++k) {
      server.connect();
      server.arrive(create);
    }
    in_use.push_back(allocated_octets());
  }
  BOOST_REQUIRE(store.size() == 2'000U);
  // The users of the second thousand, with the pages that they begin, cost less than 100 KiB.
  BOOST_TEST(in_use[1] - in_use[0] <= 1'024 * 1'000);
  BOOST_TEST(sizeof(server::Connection) <= 640U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
