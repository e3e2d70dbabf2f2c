#include "storage/local/known_keys.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "storage/limits.hpp"
#include "tests/storage/local/keys.hpp"

namespace rollcall::storage {
BOOST_AUTO_TEST_SUITE(known_keys)

BOOST_AUTO_TEST_CASE(the_same_key_and_user_is_replayed_with_the_id_and_another_user_is_refused) {
  Keys keys;
  keys.create("a", 7);
  BOOST_TEST((keys.look_up("a") == Status::replayed));
  BOOST_TEST(keys.operation.id == 7U);
  BOOST_TEST((keys.look_up("a", {"Meere", "John", "other@gmail.com"}) == Status::key_reused));
  BOOST_TEST((keys.look_up("A") == Status::ok));
}

BOOST_AUTO_TEST_CASE(a_key_is_in_flight_until_its_batch_is_kept_and_unknown_if_it_is_dropped) {
  Keys keys;
  BOOST_TEST((keys.look_up("a") == Status::ok));
  keys.operation.id = 1;
  keys.known.add(keys.operation);
  BOOST_TEST((keys.look_up("a") == Status::key_in_flight));
  keys.known.drop();
  BOOST_TEST((keys.look_up("a") == Status::ok));
  BOOST_TEST(keys.known.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_key_is_known_for_its_lifetime) {
  // And for key_slack.
  for (const std::int64_t age : {11, 12, 13}) {
    Keys keys;
    keys.create("a", 7);
    keys.pass(age);
    BOOST_TEST((keys.look_up("a") == (age < 12 ? Status::replayed : Status::ok)), age);
    keys.create("b", 8);
    BOOST_TEST(keys.known.changes().forget_through == (age < 12 ? 0U : 1U));
  }
}

BOOST_AUTO_TEST_CASE(for_one_key_more_than_are_kept_the_oldest_is_forgotten) {
  for (const std::size_t count : {2U, 3U, 4U, 5U}) {
    Keys keys(3);
    for (std::size_t i = 0; i < count; ++i) keys.create(std::to_string(i), i + 1);
    BOOST_TEST(keys.known.size() == std::min<std::size_t>(count, 3));
    const Status first = keys.look_up("0");
    BOOST_TEST((first == (count <= 3 ? Status::replayed : Status::ok)), count);
    BOOST_TEST(keys.events.all.size() == (count <= 3 ? 0U : 1U));
    // To ask for a key forgets none.
    BOOST_TEST((keys.look_up(std::to_string(count - 1)) == Status::replayed));
  }
}

BOOST_AUTO_TEST_CASE(keys_that_were_kept_are_known_again_and_a_stop_takes_no_time) {
  Keys first;
  first.create("a", 7);
  const Version payload = first.key.payload;
  // Whatever the system's clock says: these are from 1970.
  Keys keys;
  keys.known.load({{"old", payload, 3, 4, 100}, {"a", payload, 7, 5, 110}});
  BOOST_TEST(keys.known.time() == 110);
  BOOST_TEST((keys.look_up("old") == Status::replayed));
  keys.pass(2);
  BOOST_TEST((keys.look_up("old") == Status::ok));
  BOOST_TEST((keys.look_up("a") == Status::replayed));
  keys.create("b", 8);
  BOOST_TEST(keys.known.changes().forget_through == 4U);
  BOOST_TEST(keys.key.number == 6U);
}

BOOST_AUTO_TEST_CASE(the_time_that_was_noted_goes_on_after_a_restart) {
  Keys first;
  first.create("a", 7);
  Keys keys;
  keys.known.load({{"", 0, 0, 0, 111}, {"a", first.key.payload, 7, 1, 100}});
  BOOST_TEST(keys.known.size() == 1U);
  BOOST_TEST(keys.known.time() == 111);
  BOOST_TEST((keys.look_up("a") == Status::replayed));
  BOOST_TEST(keys.pass(1));
  BOOST_TEST((keys.look_up("a") == Status::ok));
}

BOOST_AUTO_TEST_CASE(keys_go_when_no_others_come_a_bounded_number_at_a_time) {
  constexpr std::size_t count = max_keys_a_tick + 1;
  Keys keys(count);
  for (std::size_t i = 0; i < count; ++i) keys.create(std::to_string(i), i + 1);
  BOOST_TEST(keys.pass(12));
  BOOST_TEST(keys.known.size() == 1U);
  BOOST_TEST(keys.pass(0));
  BOOST_TEST(keys.known.size() == 0U);
  BOOST_TEST(keys.known.changes().forget_through == count);
  BOOST_TEST(!keys.pass(100));
}

BOOST_AUTO_TEST_CASE(the_journal_hears_of_the_time_now_and_then_while_there_are_keys) {
  Keys keys;
  BOOST_TEST(!keys.pass(5));
  keys.create("a", 7);
  BOOST_TEST(keys.pass(1));
  BOOST_TEST(!keys.pass(0));
  BOOST_TEST(keys.pass(1));
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_again_after_its_time_outlives_its_first_use) {
  // Enough for one tick to leave three.
  constexpr std::size_t others = max_keys_a_tick;
  Keys keys(2 * others);
  for (std::size_t i = 0; i < others; ++i) keys.create(std::to_string(i), 1);
  for (const char* key : {"a", "b", "c"}) keys.create(key, 1);
  keys.pass(12);
  keys.create("c", 2);
  // Of those that are due, two at most for each that comes.
  BOOST_TEST(keys.known.changes().forget_through == others + 2);
  keys.create("d", 3);
  BOOST_TEST(keys.known.changes().forget_through == others + 3);
  BOOST_TEST((keys.look_up("c") == Status::replayed));
  BOOST_TEST(keys.operation.id == 2U);
  BOOST_TEST(keys.known.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_partial_replacement_is_replayed_with_the_whole_user_that_it_left) {
  Keys keys;
  BOOST_TEST((keys.look_up_patch("a", 7) == Status::ok));
  keys.operation.user = {"Meere", "John", "new@b.c"};
  keys.known.add(keys.operation);
  BOOST_TEST((keys.look_up_patch("a", 7) == Status::key_in_flight));
  keys.known.keep();
  for (const UserId id : {6U, 8U}) {
    BOOST_TEST((keys.look_up_patch("a", id) == Status::key_reused));
  }
  BOOST_TEST((keys.look_up_patch("a", 7) == Status::replayed));
  BOOST_TEST(keys.operation.user.last_name == "Meere");
  BOOST_TEST(keys.operation.user.email == "new@b.c");
  // Of a creation with this key, too, it is another write.
  BOOST_TEST((keys.look_up("a", {"", "", "new@b.c"}) == Status::key_reused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
