#include "server/admission.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <deque>
#include <vector>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;

/// Guests that note what they are told.
struct Room {
  struct Guest final : Admission::Guest {
    explicit Guest(Room& of) : room(of) {}
    void go_on() override { room.going.push_back(this); }
    void give_way() override {
      room.gone.push_back(this);
      room.admission.leave(*this);
    }
    Room& room;
  };

  Guest& guest() { return guests.emplace_back(*this); }
  Guest& holder(std::size_t octets) {
    Guest& one = guest();
    admission.set_unread(one, octets, false, now);
    return one;
  }
  void reads(Guest& one, std::size_t left) { admission.set_unread(one, left, true, now); }
  std::vector<Guest*> let_on(bool store_has_room = true) {
    going.clear();
    admission.end_turn(store_has_room);
    return going;
  }

  Admission admission;
  Clock::time_point now{std::chrono::hours(1)};
  std::deque<Guest> guests;
  std::vector<Guest*> going;
  std::vector<Guest*> gone;
};

using Guests = std::vector<Room::Guest*>;

}  // namespace

BOOST_AUTO_TEST_SUITE(admission)

BOOST_FIXTURE_TEST_CASE(who_waits_for_room_goes_on_when_the_store_has_some_and_not_before, Room) {
  Guest& one = guest();
  BOOST_TEST(admission.has_room(true));
  admission.wait_for_room(one);
  BOOST_TEST(!admission.has_room(true));
  BOOST_TEST(admission.waits(one));
  BOOST_TEST(let_on(false).empty());
  BOOST_TEST((let_on() == Guests{&one}));
  BOOST_TEST(!admission.waits(one));
  BOOST_TEST(let_on().empty());
}

BOOST_FIXTURE_TEST_CASE(who_was_let_on_in_vain_comes_before_newcomers_and_then_lines_up_anew,
                        Room) {
  Guest& old = guest();
  Guest& newcomer = guest();
  admission.wait_for_room(old);
  let_on();
  admission.wait_for_room(newcomer);
  admission.wait_for_room(old);
  BOOST_TEST((let_on() == Guests{&old, &newcomer}));
  admission.took_room(old);
  admission.wait_for_room(newcomer);
  admission.wait_for_room(old);
  BOOST_TEST((let_on() == Guests{&newcomer, &old}));
}

BOOST_FIXTURE_TEST_CASE(all_unread_octets_have_one_bound_and_the_largest_holder_gives_way, Room) {
  for (const std::size_t more : {0, 1, 2}) {
    Room room;
    Guest& small = room.holder(1'000);
    Guest& large = room.holder(max_unread_octets - 2'001);
    Guest& newcomer = room.guest();
    room.admission.set_unread(newcomer, 1'000 + more, false, room.now);
    const bool over = more > 1;
    BOOST_TEST((room.gone == (over ? Guests{&large} : Guests{})));
    BOOST_TEST(room.admission.unread() == (over ? 2'002 : max_unread_octets - 1 + more));
    BOOST_TEST(small.unread() == 1'000U);
  }
}

BOOST_FIXTURE_TEST_CASE(little_always_fits_and_much_only_within_the_part_for_large_ones, Room) {
  Guest& one = guest();
  holder(max_large_unread_octets - max_unsent_octets - 1);
  BOOST_TEST(admission.fits(one, 0, max_unsent_octets));
  BOOST_TEST(admission.fits(one, 0, max_unsent_octets + 1));
  BOOST_TEST(!admission.fits(one, 0, max_unsent_octets + 2));
  BOOST_TEST(!admission.fits(one, max_unsent_octets, 2));
  holder(max_unsent_octets);
  BOOST_TEST(admission.fits(one, 0, max_unsent_octets));
  BOOST_TEST(!admission.fits(one, 1, max_unsent_octets));
}

BOOST_FIXTURE_TEST_CASE(who_waits_to_write_goes_on_when_it_fits_and_holds_its_place, Room) {
  Guest& other = holder(max_large_unread_octets);
  Guest& one = guest();
  Guest& two = guest();
  constexpr std::size_t much = 2'000'000;
  admission.wait_to_write(one, much);
  admission.wait_to_write(two, much);
  BOOST_TEST(let_on().empty());
  reads(other, max_large_unread_octets - much);
  BOOST_TEST((let_on() == Guests{&one}));
  // What it was let on for is its own until it says what came of it.
  BOOST_TEST(admission.unread() == max_large_unread_octets);
  BOOST_TEST(admission.fits(one, 0, much));
  BOOST_TEST(let_on().empty());
  reads(one, 100);
  BOOST_TEST(admission.unread() == max_large_unread_octets - much + 100);
  admission.leave(other);
  BOOST_TEST((let_on() == Guests{&two}));
}

BOOST_FIXTURE_TEST_CASE(one_whose_own_client_has_read_goes_on_whatever_others_hold, Room) {
  holder(max_large_unread_octets);
  Guest& one = holder(2 * max_unsent_octets);
  admission.wait_to_write(one, 1);
  reads(one, max_unsent_octets);
  BOOST_TEST(let_on().empty());
  reads(one, max_unsent_octets - 1);
  BOOST_TEST((let_on() == Guests{&one}));
}

BOOST_FIXTURE_TEST_CASE(the_largest_that_reads_nothing_gives_way_to_who_waits_after_a_while, Room) {
  Guest& reader = holder(max_large_unread_octets / 2);
  Guest& large = holder(max_large_unread_octets / 3);
  holder(max_large_unread_octets / 4);
  const auto ticks_after = [&](milliseconds time) {
    now += time;
    reads(reader, reader.unread() - 1);
    admission.on_tick(now);
    return gone;
  };
  // Nobody waits.
  BOOST_TEST(ticks_after(max_unread_wait * 10).empty());
  reads(large, large.unread() - 1);
  admission.wait_to_write(guest(), 10'000'000);
  BOOST_TEST(ticks_after(milliseconds(1)).size() == 1U);
  BOOST_TEST(gone.front() != &large);
  gone.clear();
  BOOST_TEST(ticks_after(max_unread_wait - milliseconds(2)).empty());
  BOOST_TEST((ticks_after(milliseconds(1)) == Guests{&large}));
}

BOOST_FIXTURE_TEST_CASE(small_holders_give_way_to_nobody_who_waits, Room) {
  holder(max_unsent_octets);
  Guest& one = holder(max_unsent_octets + 1);
  admission.wait_to_write(guest(), max_large_unread_octets);
  now += max_unread_wait;
  admission.on_tick(now);
  BOOST_TEST((gone == Guests{&one}));
  admission.on_tick(now);
  BOOST_TEST(gone.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(listings_are_begun_up_to_the_limit_and_then_if_a_deferred_one_gives_way,
                        Room) {
  for (std::size_t i = 0; i < max_listings; ++i) BOOST_REQUIRE(admission.begin_listing());
  BOOST_TEST(!admission.begin_listing());
  admission.end_listing();
  BOOST_TEST(admission.begin_listing());
  Guest& gone_away = guest();
  admission.defer_listing(gone_away);
  BOOST_TEST(admission.begin_listing());
  BOOST_TEST((gone == Guests{&gone_away}));
  BOOST_TEST(!admission.begin_listing());
  Guest& answered = guest();
  admission.defer_listing(answered);
  admission.stop_deferring(answered);
  BOOST_TEST(!admission.begin_listing());
}

BOOST_FIXTURE_TEST_CASE(who_leaves_counts_no_more_and_is_told_nothing, Room) {
  Guest& one = holder(1'000);
  Guest& two = holder(2'000);
  Guest& three = holder(3'000);
  admission.wait_for_room(one);
  admission.wait_to_write(two, 1);
  admission.defer_listing(three);
  for (Guest* const each : {&one, &two, &three}) admission.leave(*each);
  BOOST_TEST(admission.unread() == 0U);
  BOOST_TEST(let_on().empty());
  BOOST_TEST(!admission.anyone_waits());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
