#include "storage/local/arena.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(arena)

BOOST_AUTO_TEST_CASE(texts_of_every_size_come_back_from_where_they_were_put) {
  Arena arena;
  std::vector<Arena::Place> places;
  const std::string text(max_name_octets, 'x');
  const auto user = [&](std::size_t i) {
    return UserView{std::string_view(text).substr(0, i % (max_name_octets + 1)),
                    std::string_view(text).substr(0, i % 7),
                    std::string_view(text).substr(0, i % (max_email_octets + 1))};
  };
  for (std::size_t i = 0; i < 5'000; ++i) places.push_back(arena.add(user(i)).value());
  for (std::size_t i = 0; i < places.size(); ++i) {
    BOOST_REQUIRE((arena.view(places[i]) == user(i)));
    BOOST_REQUIRE(arena.view(places[i]).adjacent());
  }
}

BOOST_AUTO_TEST_CASE(a_user_of_the_same_size_takes_the_place_and_no_other) {
  Arena arena;
  const Arena::Place place = arena.add({"abc", "d", "e"}).value();
  BOOST_TEST(arena.overwrite(place, {"x", "yz", "uv"}));
  BOOST_TEST((arena.view(place) == UserView{"x", "yz", "uv"}));
  BOOST_TEST(!arena.overwrite(place, {"x", "yz", "uvw"}));
  BOOST_TEST((arena.view(place) == UserView{"x", "yz", "uv"}));
}

BOOST_AUTO_TEST_CASE(a_chunk_more_than_half_dead_is_told_once_and_its_number_is_used_again) {
  Arena arena;
  const std::string name(1'000, 'n');
  std::vector<Arena::Place> places;
  // Until the third chunk is begun.
  while (places.empty() || Arena::chunk_of(places.back()) < 2) {
    places.push_back(arena.add({name, "f", "e"}).value());
  }
  const auto of_first =
      static_cast<std::size_t>(std::count_if(places.begin(), places.end(), [](Arena::Place place) {
        return Arena::chunk_of(place) == 0;
      }));
  int told = 0;
  for (std::size_t i = 0; i < of_first; ++i) {
    arena.release(places[i]);
    if (const auto wasteful = arena.take_wasteful()) {
      BOOST_TEST(*wasteful == 0U);
      // The unused end of the chunk is dead too.
      BOOST_TEST((i + 2 >= of_first / 2 && i <= of_first / 2));
      ++told;
    }
  }
  BOOST_TEST(told == 1);
  arena.free(0);
  while (Arena::chunk_of(places.back()) == 2) {
    places.push_back(arena.add({name, "f", "e"}).value());
  }
  BOOST_TEST(Arena::chunk_of(places.back()) == 0U);
}

BOOST_AUTO_TEST_CASE(what_died_in_the_chunk_being_filled_counts_once_it_is_full) {
  Arena arena;
  const std::string name(1'000, 'n');
  Arena::Place place = arena.add({name, "f", "e"}).value();
  while (Arena::chunk_of(place) == 0) {
    BOOST_TEST(!arena.take_wasteful());
    arena.release(place);
    place = arena.add({name, "f", "e"}).value();
  }
  BOOST_TEST(arena.take_wasteful().value_or(1) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
