#include "protocol/http/target.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {
namespace {

std::string path(std::string_view text) {
  const Target target = parse_target(text);
  BOOST_TEST(target.well_formed, text);
  return std::string(target.path.text());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(each_form_of_a_target_has_its_path_decoded_once) {
  for (const char* text :
       {"/users", "/users?", "/users?a=b/?c", "/%75sers", "/%75%73%65%72%73",
        "http://localhost:3000/users", "HTTP://x/users?y", "http://[::1]/users"}) {
    BOOST_TEST(path(text) == "/users", text);
  }
  BOOST_TEST(path("*") == "*");
  BOOST_TEST(path("/%2541") == "/%41");
  for (const char* text : {"/", "http://x", "http://x/", "http://x?a=b", "/?a=b"}) {
    BOOST_TEST(path(text) == "/", text);
  }
  BOOST_TEST(path("/users/%35%30") == "/users/50");
}

BOOST_AUTO_TEST_CASE(a_base_path_is_taken_off_whole_and_once) {
  const auto behind = [](std::string_view text) {
    return std::string(parse_target(text, "/a/b").path.text());
  };
  BOOST_TEST(behind("/a/b/users") == "/users");
  BOOST_TEST(behind("http://x/a/b/users?y") == "/users");
  for (const char* root : {"/a/b", "/a/b/", "/a/b?x", "/"}) BOOST_TEST(behind(root) == "/", root);
  for (const char* other : {"/a", "/a/bc", "/users", "/%61/b", "*"}) {
    BOOST_TEST(behind(other) == path(other), other);
  }
  BOOST_TEST(behind("/a/b/a/b/c") == "/a/b/c");
  BOOST_TEST(parse_target("http://h:1/users").authority == "h:1");
  BOOST_TEST(parse_target("/users").authority.empty());
}

BOOST_AUTO_TEST_CASE(an_escaped_slash_is_no_separator_and_leaves_no_path) {
  for (const char* text : {"/users%2f1", "/users%2F1", "/%2f"}) BOOST_TEST(path(text) == "", text);
}

BOOST_AUTO_TEST_CASE(a_path_may_have_32_octets_and_none_is_kept_of_a_longer_one) {
  for (const std::size_t size : {Path::max_octets - 1, Path::max_octets, Path::max_octets + 1}) {
    const std::string text = "/" + std::string(size - 1, 'a');
    const std::string escaped = "/" + std::string(size - 2, 'a') + "%61";
    BOOST_TEST(path(text) == (size <= Path::max_octets ? text : ""));
    BOOST_TEST(path(escaped) == (size <= Path::max_octets ? text : ""));
  }
}

BOOST_AUTO_TEST_CASE(octets_and_escapes_that_rfc_3986_does_not_allow_are_ill_formed) {
  for (const char* text :
       {"users",   "",          "/users#x",     "/a\"b",        "/a<b",         "/a\\b",
        "/a^b",    "/a`b",      "/a{b",         "/a|b",         "/a[b",         "/\xc3\xa9",
        "/%",      "/%4",       "/%4g",         "/%00",         "/users?%zz",   "/users?\x7f",
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
