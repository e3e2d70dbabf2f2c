#include "protocol/route.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>

namespace rollcall::protocol::tests {
namespace {

Target target_of(Resource resource) {
  switch (resource) {
    case Resource::users:
      return parse_target("/users");
    case Resource::user:
      return parse_target("/users/1");
    case Resource::server:
      return parse_target("*");
    case Resource::live:
      return parse_target("/livez");
    case Resource::ready:
      return parse_target("/readyz");
    case Resource::api:
      return parse_target("/openapi.json");
    case Resource::root:
      return parse_target("/");
    case Resource::unknown:
      break;
  }
  return parse_target("/nothing");
}

Route route_of(Method method, Resource resource) {
  Request request;
  request.method = method;
  request.target = target_of(resource);
  request.media_type = MediaType::json;
  return protocol::route(request);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(route)

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

BOOST_AUTO_TEST_CASE(a_path_names_its_resource_and_what_is_near_it_names_none) {
  BOOST_TEST((name_resource("/users").resource == Resource::users));
  BOOST_TEST((name_resource("*").resource == Resource::server));
  BOOST_TEST((name_resource("/livez").resource == Resource::live));
  BOOST_TEST((name_resource("/readyz").resource == Resource::ready));
  BOOST_TEST((name_resource("/openapi.json").resource == Resource::api));
  BOOST_TEST((name_resource("/").resource == Resource::root));
  for (const char* path : {"", "//", "/users/", "/Users", "/usersx", "/users/x", "/users/1/",
                           "/users/01", "/users/0", "/users/-1", "/users/+1", "/users//1",
                           "/users/9007199254740992", "/users/99999999999999999999999"}) {
    BOOST_TEST((name_resource(path).resource == Resource::unknown), path);
  }
}

BOOST_AUTO_TEST_CASE(ids_go_from_1_to_the_largest) {
  BOOST_TEST(name_resource("/users/1").id == 1U);
  BOOST_TEST(name_resource("/users/9007199254740991").id == storage::max_user_id);
  Request request;
  request.method = Method::get;
  request.target = parse_target("/users/%35%30");
  BOOST_TEST(protocol::route(request).id == 50U);
}

BOOST_AUTO_TEST_CASE(refusals_come_in_the_order_404_501_405_417_406_400_412_415) {
  Request request;
  request.method = Method::unknown;
  request.bad_expectation = true;
  BOOST_TEST((protocol::route(request).problem == Problem::not_found));
  request.target = target_of(Resource::users);
  BOOST_TEST((protocol::route(request).problem == Problem::unknown_method));
  request.method = Method::delete_;
  BOOST_TEST((protocol::route(request).problem == Problem::method_not_allowed));
  BOOST_TEST(std::string_view(protocol::route(request).fields) ==
             "\r\nAllow: GET, HEAD, POST, OPTIONS");
  request.method = Method::post;
  BOOST_TEST((protocol::route(request).problem == Problem::expectation_failed));
  request.bad_expectation = false;
  BOOST_TEST((protocol::route(request).problem == Problem::unsupported_media_type));
  request.media_type = MediaType::json;
  BOOST_TEST((protocol::route(request).action == Action::create_user));
  request.method = Method::get;
  add_accepted("text/csv", request.accepted);
  request.bad_condition = true;
  BOOST_TEST((protocol::route(request).problem == Problem::not_acceptable));
  request.accepted = {};
  BOOST_TEST((protocol::route(request).problem == Problem::bad_condition));
}

BOOST_AUTO_TEST_CASE(only_a_read_of_users_is_refused_for_what_accept_leaves_out) {
  Request request;
  request.media_type = MediaType::json;
  add_accepted("text/csv", request.accepted);
  const auto refused = [&](Method method, Resource resource) {
    request.method = method;
    request.target = target_of(resource);
    const Route route = protocol::route(request);
    return route.action == Action::refuse && route.problem == Problem::not_acceptable;
  };
  for (const Method method : {Method::get, Method::head}) {
    for (const Resource resource : {Resource::users, Resource::user}) {
      BOOST_TEST(refused(method, resource));
    }
    for (const Resource resource :
         {Resource::live, Resource::ready, Resource::api, Resource::root}) {
      BOOST_TEST(!refused(method, resource));
    }
  }
  BOOST_TEST(!refused(Method::post, Resource::users));
  for (const Method method : {Method::put, Method::patch, Method::delete_, Method::options}) {
    BOOST_TEST(!refused(method, Resource::user));
  }
}

BOOST_AUTO_TEST_CASE(the_root_is_a_page_for_who_wants_one_and_lists_its_methods) {
  Request request;
  request.target = target_of(Resource::root);
  for (const Method method : {Method::get, Method::head, Method::options}) {
    request.method = method;
    request.accepted = {};
    BOOST_TEST((protocol::route(request).action == Action::welcome));
    add_accepted("text/html, */*;q=0.1", request.accepted);
    BOOST_TEST((protocol::route(request).action == Action::welcome_page));
  }
  BOOST_TEST(std::string_view(protocol::route(request).fields) == "\r\nAllow: GET, HEAD, OPTIONS");
  request.method = Method::post;
  BOOST_TEST((protocol::route(request).problem == Problem::method_not_allowed));
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
      request.target = target_of(row.resource);
      request.media_type = type;
      const bool taken = type == MediaType::json          ? row.json
                         : type == MediaType::merge_patch ? row.merge_patch
                                                          : row.named.empty();
      const Route got = protocol::route(request);
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
  request.target = target_of(Resource::user);
  BOOST_TEST((protocol::route(request).problem == Problem::bad_condition));
  request.target = target_of(Resource::users);
  BOOST_TEST((protocol::route(request).problem == Problem::bad_condition));
  request.target = target_of(Resource::live);
  BOOST_TEST((protocol::route(request).action == Action::live));
  request.target = target_of(Resource::user);
  request.method = Method::options;
  BOOST_TEST((protocol::route(request).action == Action::describe));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol::tests
