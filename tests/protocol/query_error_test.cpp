#include "protocol/query_error.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {

BOOST_AUTO_TEST_SUITE(query_error)

BOOST_AUTO_TEST_CASE(errors_are_kept_up_to_16_and_names_up_to_64_octets) {
  for (const std::size_t count : {15U, 16U, 17U}) {
    QueryErrors errors;
    for (std::size_t i = 0; i < count; ++i) errors.add(std::string(count + 48, 'x'), "bad");
    BOOST_TEST(!errors.empty());
    const std::vector<QueryError> all = errors.take();
    BOOST_TEST(all.size() == std::min(count, max_query_errors));
    BOOST_TEST(all.front().parameter.size() == std::min(count + 48, max_echoed_octets));
  }
  BOOST_TEST(QueryErrors().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
