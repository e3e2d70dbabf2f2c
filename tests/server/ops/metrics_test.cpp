#include "server/ops/metrics.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::server {
namespace {

bool has(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

AnswerKind created() {
  AnswerKind kind;
  kind.status_text = {' ', '2', '0', '1'};
  kind.resource = protocol::Resource::users;
  kind.method = protocol::Method::post;
  return kind;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(what_threads_count_is_added_up) {
  Metrics metrics;
  metrics.add_thread().answered(created(), std::chrono::milliseconds(3), 2);
  metrics.add_thread().answered(created(), std::chrono::milliseconds(1), 5);
  const std::string page = metrics.page();
  const std::string labels =
      "http_request_method=\"POST\",http_route=\"/users\",http_response_status_code=\"201\"";
  const std::string name = "http_server_request_duration_seconds";
  BOOST_TEST(has(page, "# TYPE " + name + " histogram"));
  BOOST_TEST(has(page, name + "_bucket{" + labels + ",le=\"0.0005\"} 0"));
  BOOST_TEST(has(page, name + "_bucket{" + labels + ",le=\"0.001\"} 5"));
  BOOST_TEST(has(page, name + "_bucket{" + labels + ",le=\"+Inf\"} 7"));
  BOOST_TEST(has(page, name + "_count{" + labels + "} 7"));
  BOOST_TEST(has(page, name + "_sum{" + labels + "} 0.011"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
