#include "server/ops/given_sockets.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

#include "server/limits.hpp"

namespace rollcall::server {

using Given = std::vector<GivenSocket>;

BOOST_AUTO_TEST_SUITE(given_sockets)

BOOST_AUTO_TEST_CASE(they_are_descriptors_from_3_on_with_their_names) {
  BOOST_TEST((parse_given_sockets("7", "3", "api:admin:", 7) ==
              Given{{3, "api"}, {4, "admin"}, {5, "unknown"}}));
  BOOST_TEST((parse_given_sockets("7", "2", nullptr, 7) == Given{{3, "unknown"}, {4, "unknown"}}));
  BOOST_TEST((parse_given_sockets("7", "1", "api:admin", 7) == Given{{3, "api"}}));
  BOOST_TEST(parse_given_sockets("7", "0", "", 7).empty());
}

BOOST_AUTO_TEST_CASE(those_of_another_process_are_none_of_ours) {
  BOOST_TEST(parse_given_sockets("8", "1", "api", 7).empty());
  BOOST_TEST(parse_given_sockets("7x", "1", "api", 7).empty());
  BOOST_TEST(parse_given_sockets(nullptr, "1", "api", 7).empty());
  BOOST_TEST(parse_given_sockets("7", nullptr, "api", 7).empty());
}

BOOST_AUTO_TEST_CASE(their_number_is_limited) {
  const auto of = [](std::size_t count) {
    return parse_given_sockets("7", std::to_string(count).c_str(), nullptr, 7).size();
  };
  BOOST_TEST(of(max_given_sockets - 1) == max_given_sockets - 1);
  BOOST_TEST(of(max_given_sockets) == max_given_sockets);
  BOOST_CHECK_THROW(of(max_given_sockets + 1), std::runtime_error);
  for (const char* count : {"-1", "", "x", "1x"}) {
    BOOST_CHECK_THROW(parse_given_sockets("7", count, nullptr, 7), std::runtime_error);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
