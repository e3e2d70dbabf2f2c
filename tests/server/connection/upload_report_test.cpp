#include "server/connection/upload_report.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/limits.hpp"
#include "tests/server/connection/parts.hpp"

namespace rollcall::server {
namespace {

using protocol::Problem;

struct Reporting : tests::Written {
  /// The answer to 10,000 users with line 3 refused, and how many pieces it took.
  std::string write(const UploadAnswer& answer, bool http11 = true) {
    UploadResults results(all);
    for (std::uint64_t i = 1; i <= 10'000; ++i) {
      i == 3 ? results.refused(i, {Problem::not_json, {}}) : results.created(i, 100 + i);
    }
    RequestFacts request;
    request.http11 = http11;
    UploadReport report(std::move(results), request, answer);
    std::string text;
    for (bool whole = false; !whole;) {
      whole = report.write(output, {});
      ++pieces;
      BOOST_TEST(output.size() < upload_answer_piece_octets + 1'000);
      text += take();
    }
    return text;
  }

  std::size_t all = 0;
  int pieces = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upload_report)

BOOST_FIXTURE_TEST_CASE(every_line_is_there_in_pieces_and_then_the_end, Reporting) {
  const std::string text = write({false, 10'000});
  BOOST_TEST(text.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(text.find("{\"line\":2,\"id\":102}\n{\"line\":3,\"type\":") != text.npos);
  BOOST_TEST(text.ends_with("{\"line\":10000,\"id\":10100}\n\r\n0\r\n\r\n"));
  BOOST_TEST(pieces > 5);
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(recording.records[0].octets == text.size());
  BOOST_TEST(recording.records[0].status == 200U);
}

BOOST_FIXTURE_TEST_CASE(to_http_1_0_nothing_is_chunked, Reporting) {
  const std::string text = write({false, 10'000}, false);
  BOOST_TEST(text.find("chunked") == text.npos);
  BOOST_TEST(text.find("\r\nConnection: close\r\n") != text.npos);
  BOOST_TEST(text.ends_with(",\"id\":10099}\n{\"line\":10000,\"id\":10100}\n"));
}

BOOST_FIXTURE_TEST_CASE(a_minimal_one_has_what_was_refused_and_a_summary, Reporting) {
  const std::string text = write({true, 10'001});
  BOOST_TEST(text.find("{\"line\":2,") == text.npos);
  BOOST_TEST(text.find("{\"line\":3,") != text.npos);
  BOOST_TEST(text.find("\n{\"lines\":10001,\"created\":9999,\"refused\":1}\n\r\n0") != text.npos);
  BOOST_TEST(pieces == 1);
}

BOOST_FIXTURE_TEST_CASE(one_that_was_broken_off_says_why_in_its_status_and_its_last_line,
                        Reporting) {
  const std::string text = write({true, 10'000, false, Problem::stopping});
  BOOST_TEST(text.starts_with("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"));
  BOOST_TEST(text.find("\n{\"lines\":10000,") < text.find("\n{\"line\":0,"));
  BOOST_TEST(text.find("\n{\"line\":0,") != text.npos);
  BOOST_TEST(text.ends_with("0\r\n\r\n"));
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(recording.records[0].status == 503U);
  BOOST_TEST(recording.records[0].whole);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
