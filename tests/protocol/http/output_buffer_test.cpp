#include "protocol/http/output_buffer.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {

BOOST_AUTO_TEST_SUITE(output_buffer)

BOOST_AUTO_TEST_CASE(octets_survive_growing_and_taking_off) {
  OutputBuffer buffer;
  std::string expected;
  std::size_t most = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 37), static_cast<char>('a' + i % 26));
    buffer.append(piece);
    expected += piece;
    most = std::max(most, expected.size());
    const std::size_t off =
        std::min<std::size_t>(expected.size(), static_cast<std::size_t>(i % 31));
    buffer.consume(off);
    expected.erase(0, off);
    BOOST_REQUIRE(std::string(buffer.data(), buffer.size()) == expected);
  }
  BOOST_TEST(buffer.capacity() <= std::max<std::size_t>(4 * most + 2 * 37, 2'048));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
