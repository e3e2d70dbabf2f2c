#include "server/longest_idle.hpp"

#include <boost/test/unit_test.hpp>

#include "storage/local/memory_store.hpp"
#include "tests/server/connection/served.hpp"

/// Through a thread that is asked for room.
namespace rollcall::server {
namespace {

struct Full : Served<storage::MemoryStore> {
  Full() {
    for (int i = 1; i < 4; ++i) {
      pass(milliseconds(10));
      connect();
    }
  }
  /// Whether a new connection finds room.
  bool find_room() {
    const bool found = thread().add_for_idle(open()) == nullptr;
    take_turn();
    return found;
  }
  std::size_t closed() {
    std::size_t place = 0;
    while (place < sockets().size() && !sockets()[place].closed()) ++place;
    return place;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(longest_idle)

BOOST_FIXTURE_TEST_CASE(the_longest_idle_connection_is_closed_for_a_new_one, Full) {
  pass(milliseconds(10));
  sockets()[0].arrive(get);
  take_turn();
  BOOST_TEST(find_room());
  BOOST_TEST(closed() == 1U);
  BOOST_TEST(thread().connection_count() == 4U);
  BOOST_TEST(find_room());
  BOOST_TEST(sockets()[2].closed());
}

BOOST_FIXTURE_TEST_CASE(one_that_has_begun_a_request_is_not_idle, Full) {
  for (auto& each : sockets()) each.arrive("G");
  take_turn();
  BOOST_TEST(!find_room());
  BOOST_TEST(thread().connection_count() == 4U);
  sockets()[2].arrive(std::string(get).substr(1));
  take_turn();
  // It looks again after a pause only.
  BOOST_TEST(!find_room());
  pass(idle_look_pause);
  BOOST_TEST(find_room());
  BOOST_TEST(closed() == 2U);
}

BOOST_FIXTURE_TEST_CASE(one_whose_request_has_come_unseen_is_answered_and_stays, Full) {
  pass(milliseconds(10));
  sockets()[0].arrive(get);
  BOOST_TEST(find_room());
  BOOST_TEST(!sockets()[0].closed());
  BOOST_TEST(sockets()[0].sent().starts_with("HTTP/1.1 404 "));
  BOOST_TEST(sockets()[1].closed());
}

BOOST_FIXTURE_TEST_CASE(as_many_as_it_remembers_and_more_make_room_each, Full) {
  const std::size_t others = max_idle_remembered + 1;
  for (std::size_t i = 0; i < others; ++i) {
    pass(milliseconds(1));
    connect();
  }
  const std::size_t all = others + 4;
  for (std::size_t i = 0; i < all; ++i) {
    pass(milliseconds(1));
    BOOST_REQUIRE(find_room());
    BOOST_REQUIRE(sockets()[i].closed());
  }
  BOOST_TEST(thread().connection_count() == all);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
