#include "protocol/request.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>

namespace rollcall::protocol {
namespace {

Route route_of(Method method, Resource resource) {
  Request request;
  request.method = method;
  request.target.resource = resource;
  request.json_content = true;
  return route(request);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request)

BOOST_AUTO_TEST_CASE(each_method_of_each_resource_has_its_action) {
  BOOST_TEST((route_of(Method::post, Resource::users).action == Action::create_user));
  BOOST_TEST((route_of(Method::get, Resource::user).action == Action::find_user));
  BOOST_TEST((route_of(Method::head, Resource::user).action == Action::find_user));
  BOOST_TEST((route_of(Method::get, Resource::live).action == Action::live));
  BOOST_TEST((route_of(Method::get, Resource::ready).action == Action::ready));
  for (const Resource resource : {Resource::users, Resource::user, Resource::server}) {
    BOOST_TEST((route_of(Method::options, resource).action == Action::describe));
  }
}

BOOST_AUTO_TEST_CASE(refusals_come_in_the_order_404_501_405_417_415) {
  Request request;
  request.method = Method::unknown;
  request.bad_expectation = true;
  BOOST_TEST((route(request).problem == Problem::not_found));
  request.target.resource = Resource::users;
  BOOST_TEST((route(request).problem == Problem::unknown_method));
  request.method = Method::get;
  BOOST_TEST((route(request).problem == Problem::method_not_allowed));
  BOOST_TEST(std::string_view(route(request).allow) == "POST, OPTIONS");
  request.method = Method::post;
  BOOST_TEST((route(request).problem == Problem::expectation_failed));
  request.bad_expectation = false;
  BOOST_TEST((route(request).problem == Problem::unsupported_media_type));
  request.json_content = true;
  BOOST_TEST((route(request).action == Action::create_user));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
