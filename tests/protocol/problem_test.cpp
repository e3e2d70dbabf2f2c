#include "protocol/problem.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string_view>

namespace rollcall::protocol {

BOOST_AUTO_TEST_SUITE(problem)

BOOST_AUTO_TEST_CASE(every_row_is_complete_and_needs_no_escaping) {
  for (int i = 0; i <= static_cast<int>(Problem::too_many_connections); ++i) {
    const ProblemRow& about = row(static_cast<Problem>(i));
    BOOST_TEST(about.status >= 400U);
    // Ids that are used up never come back; every other 503 may pass.
    const bool passes = (about.status == 503 && about.problem != Problem::ids_exhausted) ||
                        about.problem == Problem::key_in_flight;
    BOOST_TEST(passes == (about.retry_after_seconds > 0));
    for (const std::string_view text : {about.reason, about.type, about.title, about.detail}) {
      BOOST_TEST(!text.empty());
      for (const char c : text) BOOST_TEST((c >= ' ' && c <= '~' && c != '"' && c != '\\'), text);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_type_has_one_title_and_that_of_no_type_is_the_reason) {
  std::map<std::string_view, std::string_view> titles;
  for (int i = 0; i <= static_cast<int>(Problem::too_many_connections); ++i) {
    const ProblemRow& about = row(static_cast<Problem>(i));
    const std::string_view type = about.type;
    if (type == "about:blank") {
      BOOST_TEST(std::string_view(about.title) == about.reason);
    } else {
      BOOST_TEST(type.starts_with("tag:rollcall,2026:"));
      BOOST_TEST(titles.emplace(type, about.title).first->second == about.title);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_connection_ends_after_a_message_that_can_not_be_told_from_the_next) {
  for (const Problem problem :
       {Problem::malformed_request, Problem::bad_target, Problem::bad_host,
        Problem::ambiguous_framing, Problem::unknown_transfer_coding, Problem::header_too_large,
        Problem::target_too_long, Problem::body_too_large, Problem::chunk_overhead_too_large,
        Problem::request_timeout, Problem::line_timeout, Problem::unsupported_version,
        Problem::too_many_connections}) {
    BOOST_TEST(row(problem).close);
  }
  for (const Problem problem :
       {Problem::not_json, Problem::invalid_user, Problem::not_found,
        Problem::unsupported_media_type, Problem::storage_full, Problem::overloaded}) {
    BOOST_TEST(!row(problem).close);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
