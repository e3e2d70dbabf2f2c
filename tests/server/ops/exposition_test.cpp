#include "server/ops/exposition.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::server {

using Type = Exposition::Type;

BOOST_AUTO_TEST_SUITE(exposition)

BOOST_AUTO_TEST_CASE(a_sample_follows_what_its_family_is) {
  Exposition page;
  page.single("users", Type::gauge, "Users in the store.", std::uint64_t{12});
  page.family("closed_total", Type::counter, "Connections closed.");
  page.sample({{"reason", "idle"}, {"by", "server"}}, std::uint64_t{3});
  page.sample({{"reason", ""}}, 0.25);
  page.sample({}, 2.5e18);
  BOOST_TEST(page.take() ==
             "# HELP users Users in the store.\n"
             "# TYPE users gauge\n"
             "users 12\n"
             "# HELP closed_total Connections closed.\n"
             "# TYPE closed_total counter\n"
             "closed_total{reason=\"idle\",by=\"server\"} 3\n"
             "closed_total 0.25\n"
             "closed_total 2.5e+18\n");
}

BOOST_AUTO_TEST_CASE(what_ends_a_label_is_escaped) {
  Exposition page;
  page.sample({{"a", "q\" b\\ n\n."}}, std::uint64_t{1});
  BOOST_TEST(page.take() == "{a=\"q\\\" b\\\\ n\\n.\"} 1\n");
}

BOOST_AUTO_TEST_CASE(a_bucket_holds_what_is_in_those_before_it) {
  CountHistogram histogram;
  histogram.add(1, 2);
  histogram.add(3, 1);
  histogram.add(9'999, 1);
  CountHistogram::Totals totals;
  histogram.add_to(totals);
  Exposition page;
  page.family("writes", Type::histogram, "Writes a commit.");
  page.sample({{"by", "turn"}}, totals);
  const std::string text = page.take();
  BOOST_TEST(text.find("writes_bucket{by=\"turn\",le=\"1\"} 2\n") != text.npos);
  BOOST_TEST(text.find("writes_bucket{by=\"turn\",le=\"2\"} 2\n") != text.npos);
  BOOST_TEST(text.find("writes_bucket{by=\"turn\",le=\"5\"} 3\n") != text.npos);
  BOOST_TEST(text.find("writes_bucket{by=\"turn\",le=\"5000\"} 3\n") != text.npos);
  BOOST_TEST(
      text.ends_with("writes_bucket{by=\"turn\",le=\"+Inf\"} 4\n"
                     "writes_sum{by=\"turn\"} 10004\n"
                     "writes_count{by=\"turn\"} 4\n"));
}

BOOST_AUTO_TEST_CASE(durations_are_in_seconds) {
  DurationHistogram histogram;
  histogram.add(std::chrono::milliseconds(2), 1);
  DurationHistogram::Totals totals;
  histogram.add_to(totals);
  Exposition page;
  page.single("turn_seconds", Type::histogram, "A turn.", totals);
  const std::string text = page.take();
  for (const char* bound : {"0.00005", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005",
                            "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"}) {
    BOOST_TEST(text.find("turn_seconds_bucket{le=\"" + std::string(bound) + "\"}") != text.npos,
               bound);
  }
  BOOST_TEST(text.find("turn_seconds_bucket{le=\"0.001\"} 0\n") != text.npos);
  BOOST_TEST(text.find("turn_seconds_bucket{le=\"0.0025\"} 1\n") != text.npos);
  BOOST_TEST(text.ends_with("turn_seconds_sum 0.002\nturn_seconds_count 1\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
