#include "storage/version.hpp"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <set>
#include <string>
#include <string_view>

#include "storage/digest.hpp"

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(version)

BOOST_AUTO_TEST_CASE(the_same_user_has_the_same_version_for_good) {
  // Clients keep versions over restarts and upgrades: this number must never change.
  const Version known = version_of(1, {"Meere", "John", "johnm@gmail.com"});
  BOOST_TEST(known == 0x36af00b4fa65ac11U);
  UserRecord record;
  record.assign({"Meere", "John", "johnm@gmail.com"});
  BOOST_TEST(version_of(1, record.view()) == known);
}

BOOST_AUTO_TEST_CASE(a_digest_of_any_length_is_that_of_earlier_releases) {
  // The loop as it was first written: what a digest must be for good.
  const auto expected = [](std::uint64_t seed, std::string_view text) {
    constexpr std::uint64_t roots[] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b};
    std::uint64_t state = seed;
    std::size_t at = 0;
    const auto load = [&](std::size_t octets) {
      std::uint64_t value = 0;
      std::memcpy(&value, text.data() + at, octets);
      return value;
    };
    for (; text.size() - at > 8; at += 8) state = mix(state ^ roots[2], load(8) ^ roots[1]);
    state = mix(state ^ roots[2], load(text.size() - at) ^ roots[0]);
    return mix(state ^ text.size(), roots[1]);
  };
  const std::string text =
      "\xff"
      "abcdefghijklmnopqrstuvwxyz\xfe";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    for (std::size_t at = 0; at + size <= text.size(); ++at) {
      const std::string_view part = std::string_view(text).substr(at, size);
      BOOST_TEST(digest(size, part) == expected(size, part));
    }
  }
}

BOOST_AUTO_TEST_CASE(whatever_differs_gives_another_version) {
  std::set<Version> seen;
  std::size_t users = 0;
  const auto add = [&](UserId id, const UserView& user) {
    UserRecord record;
    record.assign(user);
    seen.insert(version_of(id, record.view()));
    ++users;
  };
  for (UserId id = 1; id <= 1'000; ++id) add(id, {"A", "B", "a@b.c"});
  // The same octets, cut elsewhere.
  for (std::size_t i = 1; i < 20; ++i) {
    const std::string text(40, 'x');
    add(1, {text.substr(0, i), text.substr(0, 20 - i), text.substr(0, 20)});
  }
  // Every octet of every length counts.
  for (std::size_t size = 1; size <= 40; ++size) {
    std::string text(size, 'a');
    add(2, {text, "B", "c"});
    for (char& c : text) {
      c = 'b';
      add(2, {text, "B", "c"});
      c = 'a';
    }
  }
  BOOST_TEST(seen.size() == users);
}

BOOST_AUTO_TEST_CASE(a_condition_holds_by_what_it_lists) {
  Condition condition;
  BOOST_TEST(condition.absent());
  BOOST_TEST(condition.holds(1));
  BOOST_TEST(condition.match.add(1));
  BOOST_TEST(condition.match.add(2));
  BOOST_TEST((condition.holds(1) && condition.holds(2) && !condition.holds(3)));
  BOOST_TEST(condition.none_match.add(2));
  BOOST_TEST((condition.holds(1) && !condition.holds(2)));
  Condition any;
  any.none_match.set_any();
  BOOST_TEST((!any.absent() && !any.holds(1)));
  Condition none_of_ours;
  none_of_ours.match.set_listed();
  BOOST_TEST((!none_of_ours.absent() && !none_of_ours.holds(1)));
}

BOOST_AUTO_TEST_CASE(a_list_takes_as_many_versions_as_its_limit) {
  for (const std::size_t count : {Versions::max_listed - 1, Versions::max_listed}) {
    Versions versions;
    for (std::size_t i = 0; i < count; ++i) BOOST_TEST(versions.add(i));
    BOOST_TEST(versions.contains(count - 1));
    BOOST_TEST(versions.add(count) == (count < Versions::max_listed));
    BOOST_TEST(versions.contains(count) == (count < Versions::max_listed));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
