#include "storage/postgres/parameters.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage::postgres {

BOOST_AUTO_TEST_SUITE(parameters)

BOOST_AUTO_TEST_CASE(an_array_of_integers_is_read_as_it_was_written) {
  Array array(Array::Of::integers);
  const std::vector<std::int64_t> values{0, 1, -1, INT64_MAX, INT64_MIN, 1'234'567'890'123};
  for (const std::int64_t each : values) array.add(each);
  array.add_null();
  BOOST_TEST(integers_of(array.octets()) == values, boost::test_tools::per_element());
  array.clear(Array::Of::integers);
  BOOST_TEST(integers_of(array.octets()).empty());
}

BOOST_AUTO_TEST_CASE(an_array_that_is_cut_gives_what_is_whole) {
  Array array(Array::Of::integers);
  for (std::int64_t i = 1; i <= 3; ++i) array.add(i);
  const std::string whole(array.octets());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_TEST(integers_of(std::string_view(whole).substr(0, size)).size() <= 2U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
