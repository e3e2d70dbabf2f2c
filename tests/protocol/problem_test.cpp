#include "protocol/problem.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>

namespace rollcall::protocol {

BOOST_AUTO_TEST_SUITE(problem)

BOOST_AUTO_TEST_CASE(every_row_is_complete_and_needs_no_escaping) {
  for (int i = 0; i <= static_cast<int>(Problem::too_many_connections); ++i) {
    const ProblemRow& about = row(static_cast<Problem>(i));
    BOOST_TEST(about.status >= 400U);
    BOOST_TEST((about.status == 503) == (about.retry_after_seconds > 0));
    for (const std::string_view text : {about.reason, about.type, about.title, about.detail}) {
      BOOST_TEST(!text.empty());
      BOOST_TEST(text.find_first_of("\"\\\r\n") == text.npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
