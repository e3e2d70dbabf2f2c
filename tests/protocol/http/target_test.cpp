#include "protocol/http/target.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {
namespace {

Resource resource(std::string_view text) {
  const Target target = parse_target(text);
  BOOST_TEST(target.well_formed, text);
  return target.resource;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(each_form_of_a_target_names_its_resource) {
  for (const char* text :
       {"/users", "/users?", "/users?a=b/?c", "/%75sers", "/%75%73%65%72%73",
        "http://localhost:3000/users", "HTTP://x/users?y", "http://[::1]/users"}) {
    BOOST_TEST((resource(text) == Resource::users), text);
  }
  BOOST_TEST((resource("*") == Resource::server));
  BOOST_TEST((resource("/livez") == Resource::live));
  BOOST_TEST((resource("/readyz") == Resource::ready));
}

BOOST_AUTO_TEST_CASE(what_is_near_a_resource_is_another_one) {
  for (const char* text :
       {"/", "/users/", "/Users", "/usersx", "/users/x", "/users/1/", "/users/01", "/users/0",
        "/users/-1", "/users/+1", "/users%2f1", "/users//1", "/users/9007199254740992",
        "/users/99999999999999999999999", "http://x"}) {
    BOOST_TEST((resource(text) == Resource::unknown), text);
  }
}

BOOST_AUTO_TEST_CASE(ids_go_from_1_to_the_largest) {
  BOOST_TEST(parse_target("/users/1").id == 1U);
  BOOST_TEST(parse_target("/users/%35%30").id == 50U);
  BOOST_TEST(parse_target("/users/9007199254740991").id == storage::max_user_id);
}

BOOST_AUTO_TEST_CASE(octets_and_escapes_that_rfc_3986_does_not_allow_are_ill_formed) {
  for (const char* text :
       {"users",   "",          "/users#x",     "/a\"b",        "/a<b",         "/a\\b",
        "/a^b",    "/a`b",      "/a{b",         "/a|b",         "/a[b",         "/\xc3\xa9",
        "/%",      "/%4",       "/%4g",         "/%00",         "/users?%zz",   "/users?\xff",
        "http://", "http:///x", "http://a b/x", "http://u@h/x", "ftp://x/users"}) {
    BOOST_TEST(!parse_target(text).well_formed, text);
  }
}

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_an_address_with_or_without_a_port) {
  for (const char* text : {"", "localhost", "localhost:3000", "a.b-c_d~e", "1.2.3.4:80", "[::1]",
                           "[::1]:3000", "x:", "%41"}) {
    BOOST_TEST(is_host(text), text);
  }
  for (const char* text : {"a b", "a/b", "a@b", "x:port", "x:123456", "[::1", "[]", "::1",
                           "\xc3\xa9", "x:1:2", "%4"}) {
    BOOST_TEST(!is_host(text), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
