#include "protocol/http/request.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>

namespace rollcall::protocol {
namespace {

Route route_of(Method method, Resource resource) {
  Request request;
  request.method = method;
  request.target.resource = resource;
  request.media_type = MediaType::json;
  return route(request);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request)

BOOST_AUTO_TEST_CASE(each_method_of_each_resource_has_its_action) {
  BOOST_TEST((route_of(Method::post, Resource::users).action == Action::create_user));
  BOOST_TEST((route_of(Method::get, Resource::users).action == Action::list_users));
  BOOST_TEST((route_of(Method::head, Resource::users).action == Action::list_users));
  BOOST_TEST((route_of(Method::get, Resource::user).action == Action::find_user));
  BOOST_TEST((route_of(Method::put, Resource::user).action == Action::replace_user));
  BOOST_TEST((route_of(Method::patch, Resource::user).action == Action::patch_user));
  BOOST_TEST((route_of(Method::delete_, Resource::user).action == Action::remove_user));
  BOOST_TEST((route_of(Method::get, Resource::api).action == Action::describe_api));
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
  request.method = Method::delete_;
  BOOST_TEST((route(request).problem == Problem::method_not_allowed));
  BOOST_TEST(std::string_view(route(request).fields) == "\r\nAllow: GET, HEAD, POST, OPTIONS");
  request.method = Method::post;
  BOOST_TEST((route(request).problem == Problem::expectation_failed));
  request.bad_expectation = false;
  BOOST_TEST((route(request).problem == Problem::unsupported_media_type));
  request.media_type = MediaType::json;
  BOOST_TEST((route(request).action == Action::create_user));
}

BOOST_AUTO_TEST_CASE(each_method_takes_its_media_types_and_its_415_names_them) {
  struct Row {
    Method method;
    Resource resource;
    bool json, merge_patch;
    std::string_view named;
  };
  for (const Row& row : {Row{Method::post, Resource::users, true, false, "Accept-Post"},
                         Row{Method::put, Resource::user, true, false, "Accept:"},
                         Row{Method::patch, Resource::user, true, true, "Accept-Patch"},
                         Row{Method::delete_, Resource::user, true, true, ""}}) {
    for (const MediaType type : {MediaType::json, MediaType::merge_patch, MediaType::other}) {
      Request request;
      request.method = row.method;
      request.target.resource = row.resource;
      request.media_type = type;
      const bool taken = type == MediaType::json          ? row.json
                         : type == MediaType::merge_patch ? row.merge_patch
                                                          : row.named.empty();
      const Route got = route(request);
      BOOST_TEST((got.action != Action::refuse) == taken);
      if (!taken) {
        BOOST_TEST((got.problem == Problem::unsupported_media_type));
        BOOST_TEST(std::string_view(got.fields).find(row.named) != std::string_view::npos);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_malformed_condition_is_refused_where_conditions_count) {
  Request request;
  request.bad_condition = true;
  request.method = Method::get;
  request.target.resource = Resource::user;
  BOOST_TEST((route(request).problem == Problem::bad_condition));
  request.target.resource = Resource::users;
  BOOST_TEST((route(request).problem == Problem::bad_condition));
  request.target.resource = Resource::live;
  BOOST_TEST((route(request).action == Action::live));
  request.target.resource = Resource::user;
  request.method = Method::options;
  BOOST_TEST((route(request).action == Action::describe));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
