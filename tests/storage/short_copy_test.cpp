#include "storage/short_copy.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(short_copy)

BOOST_AUTO_TEST_CASE(texts_of_any_size_are_copied_whole_and_nothing_beside_them_changes) {
  const std::string text = "0123456789abcdefghijklmnopqrstuvwxyz";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    std::string into(size + 2, '#');
    BOOST_TEST(copy_short(into.data() + 1, text.substr(0, size)) == into.data() + 1 + size);
    BOOST_TEST(into == "#" + text.substr(0, size) + "#");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
