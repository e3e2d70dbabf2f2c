#include "server/ops/answer_labels.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/problem.hpp"

namespace rollcall::server {
namespace {

AnswerKind kind(unsigned status, protocol::Resource resource = protocol::Resource::users,
                protocol::Method method = protocol::Method::post) {
  AnswerKind made;
  const std::string text = " " + std::to_string(status);
  std::copy(text.begin(), text.end(), made.status_text.begin());
  made.resource = resource;
  made.method = method;
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_labels)

BOOST_AUTO_TEST_CASE(a_series_says_what_its_answers_have_in_common) {
  const std::size_t series =
      answer_series_of(kind(204, protocol::Resource::user, protocol::Method::delete_));
  BOOST_REQUIRE(series < answer_series);
  const AnswerLabels labels = labels_of(series);
  BOOST_TEST(std::string(answer_methods[labels.method]) == "DELETE");
  BOOST_TEST(std::string(answer_routes[labels.route]) == "/users/{id}");
  BOOST_TEST(answer_statuses[labels.status] == 204U);
}

BOOST_AUTO_TEST_CASE(the_status_of_every_problem_has_a_label) {
  for (std::size_t i = 0; i < protocol::problem_count; ++i) {
    const unsigned status = row(static_cast<protocol::Problem>(i)).status;
    BOOST_TEST(answer_statuses[labels_of(answer_series_of(kind(status))).status] == status);
  }
}

BOOST_AUTO_TEST_CASE(every_route_has_a_label_of_its_own) {
  const auto route = [](protocol::Resource resource) {
    return std::string(answer_routes[labels_of(answer_series_of(kind(200, resource))).route]);
  };
  using protocol::Resource;
  BOOST_TEST(route(Resource::unknown) == "");
  BOOST_TEST(route(Resource::users) == "/users");
  BOOST_TEST(route(Resource::server) == "*");
  BOOST_TEST(route(Resource::live) == "/livez");
  BOOST_TEST(route(Resource::ready) == "/readyz");
  BOOST_TEST(route(Resource::api) == "/openapi.json");
  BOOST_TEST(route(Resource::root) == "/");
}

BOOST_AUTO_TEST_CASE(what_has_no_label_of_its_own_shares_one) {
  using protocol::Method;
  for (const Method method : {Method::other, Method::miscased, Method::unknown}) {
    const AnswerKind shared = kind(501, protocol::Resource::users, method);
    BOOST_TEST(std::string(answer_methods[labels_of(answer_series_of(shared)).method]) == "_OTHER");
  }
  const AnswerKind last = kind(999, protocol::Resource::root, protocol::Method::unknown);
  BOOST_TEST(answer_statuses[labels_of(answer_series_of(last)).status] == 0U);
  BOOST_TEST(answer_series_of(last) == answer_series - 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
