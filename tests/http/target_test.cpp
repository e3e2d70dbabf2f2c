#include <boost/test/unit_test.hpp>

#include "protocol/limits.hpp"
#include "tests/http/asking.hpp"

namespace rollcall::tests {

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(origin_form_names_a_resource_and_its_query_is_taken) {
  check_stays(get("/livez?a=b&c=%20/?"), 200);
  check_stays(get("/livez?"), 200);
}

BOOST_AUTO_TEST_CASE(absolute_form_names_the_same_resource_whatever_host_says) {
  check_stays("GET http://a.b:80/livez HTTP/1.1\r\nHost: c\r\n\r\n", 200);
  check_stays("GET HTTP://[::1]/livez HTTP/1.1\r\nHost: c\r\n\r\n", 200);
}

BOOST_AUTO_TEST_CASE(the_asterisk_is_for_options_alone) {
  check_stays("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 204);
  check_stays(get("*"), 405);
}

BOOST_AUTO_TEST_CASE(any_other_form_is_400) {
  for (const char* target : {"users", "a:80", "ftp://a/livez", "http://", "http:///livez", "?x"}) {
    check_closes(get(target), 400);
  }
  check_closes("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 400);
}

BOOST_AUTO_TEST_CASE(an_escape_in_the_path_is_decoded_once) {
  check_stays(get("/%6civez"), 200);
  check_stays(get("/%6Civez"), 200);
  check_stays(get("/%256civez"), 404);
}

BOOST_AUTO_TEST_CASE(an_escaped_slash_is_no_separator) { check_stays(get("/users%2f1"), 404); }

BOOST_AUTO_TEST_CASE(a_bad_escape_or_an_escaped_nul_is_400) {
  for (const char* target : {"/%", "/%4", "/%4x", "/%zz", "/%00", "/livez?%", "/livez?%00"}) {
    check_closes(get(target), 400);
  }
}

BOOST_AUTO_TEST_CASE(an_octet_that_no_uri_has_is_400) {
  for (const char* target : {"/\"", "/<", "/\\", "/^", "/`", "/{", "/|", "/#x", "/livez?\"",
                             "/livez?<", "/livez?>", "/livez?#", "/[", "/\x7f", "/\xc3\xa4"}) {
    check_closes(get(target), 400);
  }
}

BOOST_AUTO_TEST_CASE(a_query_may_have_raw_what_browsers_and_curl_send_so) {
  for (const char* octets : {"|", "[", "]", "^", "{", "}", "`", "\\", "a[b]={|}", "\xc3\xa4"}) {
    check_stays(get("/livez?" + std::string(octets)), 200);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_octet_and_its_place) {
  const auto says = [](const std::string& target, const std::string& sentence) {
    const std::string text = ask(get(target)).text;
    BOOST_TEST(text.find(sentence) != text.npos, text);
  };
  says("/users?q=a<b", "Octet 11 of it is 0x3C, which must be sent as %3C.");
  says("/\"", "Octet 2 of it is 0x22, which must be sent as %22.");
  says("/users?q=\"", "Octet 10 of it is 0x22, which must be sent as %22.");
  says("/\xc3\xa4", "Octet 2 of it is 0xC3, which must be sent as %C3.");
  says("/|?|", "Octet 2 of it is 0x7C, which must be sent as %7C.");
  says("/users?a=100%", "Octet 13 of it is 0x25, a percent sign without a valid escape");
  says("/users?%00", "Octet 8 of it is 0x25, a percent sign without a valid escape");
  BOOST_TEST(ask(get("users")).text.find("Octet") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_path_that_is_not_here_is_404) {
  for (const char* target : {"//", "/user", "/users/", "/users/1/2", "/users/x", "/USERS"}) {
    check_stays(get(target), 404);
  }
}

BOOST_AUTO_TEST_CASE(an_id_is_digits_without_a_leading_zero_up_to_2_53_less_1) {
  for (const char* id : {"1", "9007199254740990", "9007199254740991"}) {
    check_stays(get("/users/" + std::string(id)), 404);
    BOOST_TEST(ask(get("/users/" + std::string(id))).text.find("No user") != std::string::npos);
  }
  for (const char* id :
       {"0", "01", "-1", "+1", "1.0", "9007199254740992", "99999999999999999999"}) {
    BOOST_TEST(ask(get("/users/" + std::string(id))).text.find("No such") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(it_may_have_8_kib_and_more_is_414) {
  using protocol::max_target_octets;
  check_stays(get("/" + std::string(max_target_octets - 2, 'a')), 404);
  check_stays(get("/" + std::string(max_target_octets - 1, 'a')), 404);
  check_closes(get("/" + std::string(max_target_octets, 'a')), 414);
  check_closes(get("/" + std::string(protocol::max_header_octets, 'a')), 414);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
