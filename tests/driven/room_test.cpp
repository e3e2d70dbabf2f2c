#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <string>
#include <vector>

#include "server/limits.hpp"
#include "storage/local/memory_store.hpp"
#include "tests/support/driven_server.hpp"
#include "tests/support/repeat.hpp"

/// Who goes on when not all can: streams that want the same room, and listings.
namespace rollcall::server {
namespace {

using tests::DrivenServer;
using tests::MemorySocket;
using tests::repeat;

constexpr std::size_t line_octets = 100;

std::string stream_of(const std::string& lines) {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
         "Prefer: answer=early\r\nContent-Length: 100000000\r\n\r\n" +
         lines;
}

std::size_t count_of(const std::string& part, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++count;
  return count;
}

/// A server whose sockets are filled one by one, and whose turns are taken one by one.
struct Stepped {
  explicit Stepped(storage::Store& store) : server(store) {}
  ~Stepped() {
    for (MemorySocket& each : sockets()) {
      each.set_reading(true);
      each.finish();
    }
    server.take_turn();
  }

  std::deque<MemorySocket>& sockets() { return server.sockets(); }
  MemorySocket& connect(const std::string& octets) {
    server.connect();
    server.socket().arrive(octets);
    return server.socket();
  }
  void take_turns(int count) {
    for (int i = 0; i < count; ++i) server.thread().take_turn();
  }

  DrivenServer server;
};

std::string user_line() {
  std::string line = R"({"last-name":"A","first-name":"B","email":"a@b.c"})";
  return line + std::string(line_octets - 1 - line.size(), ' ') + "\n";
}

/// So many users that a look at each takes more than a slice.
void fill(storage::Store& store) {
  Stepped stepped(store);
  stepped.connect(stream_of(repeat(user_line(), 10'000)));
  stepped.server.take_turn();
}

/// Of 200 to 300 octets an answer: more than max_unread_line_octets.
std::string many_bad_lines() { return stream_of(repeat("{}\n", 120'000)); }

/// As many streams as may leave answers unread, each of which does.
void leave_unread(Stepped& stepped) {
  for (std::size_t i = 0; i < max_large_unread_octets / max_unread_line_octets; ++i) {
    stepped.connect(many_bad_lines()).set_reading(false);
    stepped.server.take_turn();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(room)

BOOST_AUTO_TEST_CASE(streams_that_want_the_same_room_get_equal_shares_and_a_late_one_its_own) {
  tests::TurnStore store;
  store.reset(0);
  store.set_room(1);
  Stepped stepped(store);
  constexpr std::size_t streams = 6;
  // A piece of a stream, and so one turn, takes this many lines.
  constexpr std::size_t lines_a_turn = upload_piece_octets / line_octets + 1;
  for (std::size_t i = 0; i < streams; ++i) {
    stepped.connect(stream_of(repeat(user_line(), 20 * lines_a_turn)));
  }
  stepped.take_turns(60);
  std::vector<std::size_t> answered;
  for (const MemorySocket& each : stepped.sockets()) {
    answered.push_back(count_of(",\"id\":", each.sent()));
  }
  const auto [least, most] = std::minmax_element(answered.begin(), answered.end());
  BOOST_TEST(*least > 5 * lines_a_turn);
  BOOST_TEST(*most - *least <= 2 * lines_a_turn);
  const MemorySocket& late = stepped.connect(stream_of(user_line()));
  stepped.take_turns(streams + 2);
  BOOST_TEST(count_of(",\"id\":", late.sent()) == 1U);
}

BOOST_AUTO_TEST_CASE(unread_answers_to_streams_stop_no_listing_and_a_stream_that_waits_for_them) {
  storage::MemoryStore store;
  Stepped stepped(store);
  leave_unread(stepped);
  const auto unread = [&] { return stepped.server.thread().admission().unread(); };
  BOOST_TEST(unread() >= max_large_unread_octets);
  stepped.connect(many_bad_lines()).set_reading(false);
  stepped.server.take_turn();
  const std::size_t held = unread();
  BOOST_TEST(held < max_large_unread_octets + 2 * max_unread_line_octets / 8);
  const MemorySocket& other = stepped.connect("GET /users HTTP/1.1\r\nHost: x\r\n\r\n");
  stepped.server.take_turn();
  BOOST_TEST(other.sent().starts_with("HTTP/1.1 200 OK\r\n"));
  // One reads: what it leaves is for the one that waits.
  stepped.sockets()[0].set_reading(true);
  stepped.server.take_turn();
  BOOST_TEST(unread() >= max_large_unread_octets);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_client_reads_again_goes_on_whatever_others_do_not_read) {
  storage::MemoryStore store;
  Stepped stepped(store);
  leave_unread(stepped);
  stepped.connect(stream_of(repeat("{}\n", 20'000))).set_reading(false);
  stepped.server.take_turn();
  MemorySocket& last = stepped.sockets().back();
  last.set_reading(true);
  stepped.server.take_turn();
  BOOST_TEST(count_of("{\"line\":", last.sent()) == 20'000U);
}

BOOST_AUTO_TEST_CASE(the_largest_that_reads_nothing_gives_way_to_a_stream_that_waits) {
  storage::MemoryStore store;
  Stepped stepped(store);
  leave_unread(stepped);
  stepped.connect(many_bad_lines()).set_reading(false);
  stepped.server.take_turn();
  MemorySocket& newcomer = stepped.sockets().back();
  const std::size_t before = newcomer.unread();
  BOOST_TEST(before > 0U);
  stepped.server.pass(max_unread_wait);
  BOOST_TEST(!newcomer.closed());
  BOOST_TEST(newcomer.unread() < before);
  const auto cut = std::count_if(stepped.sockets().begin(), stepped.sockets().end(),
                                 [](const MemorySocket& each) { return each.was_discarded(); });
  BOOST_TEST(cut == 1);
}

/// Listings of more than 2 MB each, whose clients read nothing at first, from so many users.
struct SlowListings {
  SlowListings() : stepped(store) {
    std::string name;
    for (int i = 0; i < 256; ++i) name += "\xf0\x9f\x98\x80";
    const std::string user =
        R"({"last-name":")" + name + R"(","first-name":")" + name + R"(","email":"a@b.c"})" + "\n";
    stepped.connect(stream_of(repeat(user, 1'000)));
    stepped.server.take_turn();
    for (std::size_t i = 0; i < 40; ++i) {
      stepped.connect("GET /users?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n").set_reading(false);
      stepped.server.take_turn();
    }
  }
  std::size_t unread() { return stepped.server.thread().admission().unread(); }

  storage::MemoryStore store;
  Stepped stepped;
};

BOOST_FIXTURE_TEST_CASE(small_listings_are_answered_beside_slow_readers_of_large_ones,
                        SlowListings) {
  BOOST_TEST(unread() > max_large_unread_octets - 3'000'000);
  BOOST_TEST(unread() <= max_large_unread_octets);
  const MemorySocket& small = stepped.connect("GET /users?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  stepped.server.take_turn();
  BOOST_TEST(small.sent().starts_with("HTTP/1.1 200 "));
  // The large ones that did not fit have waited for others to be read: none is refused.
  for (MemorySocket& each : stepped.sockets()) {
    each.set_reading(true);
    stepped.server.take_turn();
  }
  BOOST_TEST(unread() == 0U);
  for (std::size_t i = 1; i <= 40; ++i) {
    const std::string& sent = stepped.sockets()[i].sent();
    BOOST_TEST(sent.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(sent.ends_with("]"));
    BOOST_TEST(sent.size() > 2'000'000U);
  }
}

BOOST_FIXTURE_TEST_CASE(clients_that_go_while_their_listings_wait_leave_nothing_behind,
                        SlowListings) {
  for (MemorySocket& each : stepped.sockets()) {
    each.reset();
    each.finish();
  }
  stepped.server.pass(std::chrono::seconds(31));
  BOOST_TEST(unread() == 0U);
  BOOST_TEST(stepped.server.thread().admission().listings() == 0U);
  BOOST_TEST(stepped.server.thread().connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(unread_answers_have_one_bound_whatever_they_answer) {
  storage::MemoryStore store;
  const std::string one = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
  Stepped stepped(store);
  const auto unread = [&] { return stepped.server.thread().admission().unread(); };
  std::size_t most = 0;
  for (int i = 0; i < 1'500; ++i) {
    stepped.connect(repeat(one, 10)).set_reading(false);
    stepped.server.take_turn();
    most = std::max(most, unread());
  }
  BOOST_TEST(most <= max_unread_octets);
  BOOST_TEST(most > max_unread_octets - 200'000);
  BOOST_TEST(stepped.sockets().front().was_discarded());
  // The newcomer was served.
  BOOST_TEST(!stepped.sockets().back().closed());
  stepped.sockets().back().set_reading(true);
  stepped.server.take_turn();
  BOOST_TEST(count_of("HTTP/1.1 200 ", stepped.sockets().back().sent()) == 10U);
}

BOOST_AUTO_TEST_CASE(in_a_stop_connections_may_close_one_another) {
  storage::MemoryStore store;
  fill(store);
  Stepped stepped(store);
  for (std::size_t i = 0; i < max_listings; ++i) {
    stepped.connect("GET /users?q=nobody HTTP/1.1\r\nHost: x\r\n\r\n").finish();
  }
  stepped.take_turns(1);
  for (int i = 0; i < 3; ++i) {
    stepped.connect("GET /users?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n").reset();
  }
  stepped.server.thread().stop_now();
  // Each of the three has cut one that waited, and then itself.
  BOOST_TEST(stepped.server.thread().connection_count() == max_listings - 3);
}

BOOST_AUTO_TEST_CASE(listings_whose_clients_have_probably_gone_stand_in_nobody_s_way) {
  storage::MemoryStore store;
  fill(store);
  const std::string listing = "GET /users?q=nobody HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const bool gone : {false, true}) {
    Stepped stepped(store);
    for (std::size_t i = 0; i < max_listings; ++i) {
      MemorySocket& socket = stepped.connect(listing);
      if (gone) socket.finish();
    }
    const MemorySocket& late = stepped.connect(listing);
    stepped.take_turns(20);
    BOOST_TEST(late.sent().substr(0, 12) == (gone ? "HTTP/1.1 200" : "HTTP/1.1 503"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
