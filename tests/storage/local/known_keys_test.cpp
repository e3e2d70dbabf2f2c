#include "storage/local/known_keys.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/storage/recording_events.hpp"

namespace rollcall::storage {
namespace {

std::int64_t time_now = 0;
std::int64_t now() { return time_now; }

const UserView meere{"Meere", "John", "johnm@gmail.com"};

struct Keys {
  explicit Keys(std::size_t most = 100) : known({std::chrono::seconds(10), most, now}, events) {
    time_now = 1'000;
  }

  Status look_up(std::string_view text, const UserView& user = meere) {
    operation = {};
    operation.user = user;
    return look_up_operation(text);
  }
  /// A replacement of the address of user `id`.
  Status look_up_patch(std::string_view text, UserId id) {
    operation = {};
    operation.verb = WriteOperation::Verb::replace;
    operation.members = set_of(Member::email);
    operation.id = id;
    operation.user.email = "new@b.c";
    operation.merged = &whole;
    return look_up_operation(text);
  }
  /// A creation with this key, kept at once.
  void create(std::string_view text, UserId id) {
    BOOST_TEST((look_up(text) == Status::ok));
    operation.id = id;
    known.add(operation);
    known.keep();
  }

  RecordingEvents events;
  KnownKeys known;
  IdempotencyKey key;
  UserRecord whole;
  WriteOperation operation;

 private:
  Status look_up_operation(std::string_view text) {
    key = {};
    key.text = text;
    operation.key = &key;
    return known.look_up(operation);
  }
};

}  // namespace

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
  for (const std::int64_t age : {9, 10, 11}) {
    Keys keys;
    keys.create("a", 7);
    time_now += age;
    BOOST_TEST((keys.look_up("a") == (age < 10 ? Status::replayed : Status::ok)), age);
    keys.create("b", 8);
    BOOST_TEST(keys.known.forgotten_through() == (age < 10 ? 0U : 1U));
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

BOOST_AUTO_TEST_CASE(keys_that_were_kept_are_known_again_but_not_those_whose_time_is_over) {
  Keys first;
  first.create("a", 7);
  const Version payload = first.key.payload;
  Keys keys;
  keys.known.load({{"old", payload, 3, 4, 990}, {"a", payload, 7, 5, 991}});
  BOOST_TEST((keys.look_up("old") == Status::ok));
  BOOST_TEST((keys.look_up("a") == Status::replayed));
  keys.create("b", 8);
  BOOST_TEST(keys.known.forgotten_through() == 4U);
  BOOST_TEST(keys.key.number == 6U);
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_again_after_its_time_outlives_its_first_use) {
  Keys keys;
  for (const char* key : {"a", "b", "c"}) keys.create(key, 1);
  time_now += 10;
  keys.create("c", 2);
  // Of those that are due, two at most for each that comes.
  BOOST_TEST(keys.known.forgotten_through() == 2U);
  keys.create("d", 3);
  BOOST_TEST(keys.known.forgotten_through() == 3U);
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

BOOST_AUTO_TEST_CASE(a_key_from_a_clock_that_was_ahead_lives_as_long_as_others) {
  Keys first;
  first.create("a", 7);
  Keys keys;
  keys.known.load({{"a", first.key.payload, 7, 5, 1'000'000}});
  time_now += 9;
  BOOST_TEST((keys.look_up("a") == Status::replayed));
  time_now += 1;
  BOOST_TEST((keys.look_up("a") == Status::ok));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
