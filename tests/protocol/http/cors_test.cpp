#include "protocol/http/cors.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

Cors cors_of(const std::vector<std::string>& origins) {
  Cors cors;
  for (const std::string& each : origins) BOOST_TEST(!cors.allow(each), each);
  return cors;
}

bool has(std::string_view fields, const std::string& line) {
  return (std::string(fields) + "\r\n").find("\r\n" + line + "\r\n") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cors)

BOOST_AUTO_TEST_CASE(without_an_origin_it_is_off) {
  BOOST_TEST(!Cors().on());
  BOOST_TEST(cors_of({"https://a.example"}).on());
  BOOST_TEST(cors_of({"*"}).on());
}

BOOST_AUTO_TEST_CASE(each_origin_allowed_is_found_by_its_exact_text_and_named_in_its_fields) {
  const Cors cors = cors_of({"https://a.example", "http://localhost:5173", "http://[::1]:8080",
                             "capacitor://localhost", "https://a.example"});
  for (const char* origin : {"https://a.example", "http://localhost:5173", "http://[::1]:8080",
                             "capacitor://localhost"}) {
    const Cors::Origin found = cors.find(origin);
    BOOST_TEST(found != 0U);
    for (const std::string_view fields : {cors.fields(found), cors.preflight_fields(found)}) {
      BOOST_TEST(has(fields, "Access-Control-Allow-Origin: " + std::string(origin)));
      BOOST_TEST(has(fields, "Vary: Origin"));
    }
    BOOST_TEST(cors.fields(found).size() <= cors.max_field_octets());
  }
  for (const char* origin : {"", "null", "*", "https://a.example:8443", "http://a.example",
                             "https://A.example", "https://a.example.org", "https://b.a.example"}) {
    BOOST_TEST(cors.find(origin) == 0U, origin);
  }
}

BOOST_AUTO_TEST_CASE(for_another_origin_answers_say_only_that_they_depend_on_it) {
  const Cors cors = cors_of({"https://a.example"});
  BOOST_TEST(cors.fields(0) == "\r\nVary: Origin");
  BOOST_TEST(cors.preflight_fields(0) == "\r\nVary: Origin");
}

BOOST_AUTO_TEST_CASE(any_origin_is_named_by_a_star_and_nothing_depends_on_it) {
  const Cors cors = cors_of({"https://a.example", "*"});
  for (const Cors::Origin origin :
       {cors.find("https://a.example"), cors.find("https://b.example")}) {
    BOOST_TEST(has(cors.fields(origin), "Access-Control-Allow-Origin: *"));
    BOOST_TEST(cors.fields(origin).find("Vary") == std::string_view::npos);
    BOOST_TEST(cors.preflight_fields(origin).find("Vary") == std::string_view::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_preflight_tells_what_may_be_sent_and_other_answers_what_may_be_read) {
  const Cors cors = cors_of({"https://a.example"});
  const std::string_view fields = cors.fields(1);
  const std::string_view preflight = cors.preflight_fields(1);
  BOOST_TEST(has(preflight, "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE"));
  BOOST_TEST(has(preflight, "Access-Control-Allow-Headers: *, Authorization"));
  BOOST_TEST(has(preflight, "Access-Control-Max-Age: 7200"));
  BOOST_TEST(preflight.find("Expose") == preflight.npos);
  for (const char* name : {"Location", "ETag", "Link", "X-Total-Count", "Idempotency-Replayed"}) {
    BOOST_TEST(fields.find(std::string(" ") + name) != fields.npos, name);
  }
  BOOST_TEST(fields.find("Allow-Methods") == fields.npos);
}

BOOST_AUTO_TEST_CASE(what_no_browser_sends_as_an_origin_is_refused_with_the_reason) {
  struct Row {
    const char* origin;
    const char* reason;
  };
  for (const Row& row :
       {Row{"", "an origin such as"}, Row{"a.example", "an origin such as"},
        Row{"null", "an origin such as"}, Row{"://a", "an origin such as"},
        Row{"https://", "an origin such as"}, Row{"https://:1", "an origin such as"},
        Row{"https://a b", "an origin such as"}, Row{"https://a\r\nx: y", "an origin such as"},
        Row{"ht_tp://a", "an origin such as"}, Row{"https://*.a", "an origin such as"},
        Row{"https://a/", "no slash"}, Row{"https://a/b", "no path"},
        Row{"https://A.example", "lower case"}, Row{"HTTPS://a", "lower case"},
        Row{"https://a:443", "leave out the port"}, Row{"http://a:80", "leave out the port"},
        Row{"http://a:", "leave out"}}) {
    Cors cors;
    const auto fault = cors.allow(row.origin);
    BOOST_REQUIRE_MESSAGE(fault, row.origin);
    BOOST_TEST(fault->find(row.reason) != fault->npos, row.origin << ": " << *fault);
    BOOST_TEST(!cors.on());
  }
}

BOOST_AUTO_TEST_CASE(there_may_be_32_of_256_octets_each) {
  for (const std::size_t octets : {255U, 256U, 257U}) {
    const std::string origin = "https://" + std::string(octets - 8, 'a');
    Cors cors;
    BOOST_TEST(!cors.allow(origin) == (octets <= max_origin_octets));
  }
  Cors cors;
  for (int i = 1; i <= 33; ++i) {
    BOOST_TEST(!cors.allow("http://localhost:" + std::to_string(3'000 + i)) == (i <= 32));
  }
  BOOST_TEST(cors.find("http://localhost:3032") == 32U);
  BOOST_TEST(!cors.allow("http://localhost:3001"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
