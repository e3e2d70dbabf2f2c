#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

/// docs/http.md, "The address that clients use".
namespace rollcall::tests {
namespace {

protocol::Site site_of(const std::string& base_path, bool trusts_peer) {
  protocol::Site site;
  site.base_path = base_path;
  site.trusts_peer = trusts_peer;
  return site;
}

const protocol::Site plain;
const protocol::Site at_base = site_of("/team/api", false);
const protocol::Site trusting = site_of("", true);
const protocol::Site both = site_of("/v1", true);

const std::string forwarded =
    "X-Forwarded-Proto: https\r\nX-Forwarded-Host: users.example\r\nX-Forwarded-Prefix: /app\r\n";
const std::string created = post(user());

/// The first link of a listing.
std::string link(const protocol::Site& site, const std::string& request) {
  const Answers answers = ask_at(site, created + request);
  BOOST_TEST(answers.statuses.back() == 200U, request);
  const std::size_t begin = answers.text.find("\r\nLink: <");
  if (begin == answers.text.npos) return "";
  return answers.text.substr(begin + 9, answers.text.find('>', begin) - begin - 9);
}

std::string list(const std::string& host, const std::string& fields = "",
                 const std::string& target = "/users") {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
}

bool contains(const protocol::Site& site, const std::string& request, const std::string& text) {
  const Answers answers = ask_at(site, request);
  return answers.text.find(text) != answers.text.npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxied)

BOOST_AUTO_TEST_CASE(links_are_absolute_for_a_client_that_names_its_host) {
  BOOST_TEST(link(plain, list("users.example:81")) == "http://users.example:81/users");
  BOOST_TEST(link(plain, list("[::1]:81")) == "http://[::1]:81/users");
  BOOST_TEST(link(plain, list("x", "", "http://y:82/users?limit=1")) ==
             "http://y:82/users?limit=1");
  BOOST_TEST(link(plain, list("")) == "/users");
  BOOST_TEST(link(plain, list(std::string(260, 'h'))) ==
             "http://" + std::string(260, 'h') + "/users");
  BOOST_TEST(link(plain, list(std::string(261, 'h'))) == "/users");
}

BOOST_AUTO_TEST_CASE(links_are_relative_if_a_proxy_that_is_not_trusted_has_passed_the_request_on) {
  for (const char* field : {"Via: 1.1 x", "Forwarded: proto=https", "X-Forwarded-For: 192.0.2.1",
                            "x-forwarded-proto: https", "X-Forwarded-Host: evil.example"}) {
    BOOST_TEST(link(plain, list("inside", std::string(field) + "\r\n")) == "/users", field);
  }
  BOOST_TEST(link(plain, "GET /users HTTP/1.0\r\nHost: inside\r\nConnection: keep-alive\r\n\r\n") ==
             "/users");
  BOOST_TEST(link(plain, list("inside", forwarded)) == "/users");
  BOOST_TEST(contains(plain, post(user(), forwarded), "\r\nLocation: /users/1\r\n"));
}

BOOST_AUTO_TEST_CASE(what_a_trusted_proxy_says_of_the_client_s_address_is_in_every_link) {
  BOOST_TEST(link(trusting, list("inside", forwarded)) == "https://users.example/app/users");
  BOOST_TEST(link(trusting, list("kept.example", "X-Forwarded-Proto: http\r\n")) ==
             "http://kept.example/users");
  BOOST_TEST(link(trusting, list("inside")) == "/users");
  BOOST_TEST(link(trusting, list("inside", "X-Forwarded-Prefix: /app\r\n")) == "/app/users");
  BOOST_TEST(contains(trusting, post(user(), forwarded), "\r\nLocation: /app/users/1\r\n"));
  BOOST_TEST(contains(both, post(user(), forwarded), "\r\nLocation: /app/v1/users/1\r\n"));
  BOOST_TEST(contains(trusting, get("/openapi.json", forwarded), R"("url": "/app",)"));
  BOOST_TEST(contains(trusting, get("/", forwarded), R"("users":"/app/users")"));
  // One connection of the proxy carries the requests of many clients.
  const Answers answers = ask_at(trusting, post(user(), forwarded) + post(user()));
  BOOST_TEST(answers.text.find("\r\nLocation: /users/2\r\n") != answers.text.npos);
}

BOOST_AUTO_TEST_CASE(what_a_trusted_proxy_passes_on_can_inject_nothing) {
  for (const char* prefix :
       {"//evil.example", "/a/..", "https://evil.example", "/a\"", "/\\evil"}) {
    const std::string fields = "X-Forwarded-Prefix: " + std::string(prefix) + "\r\n";
    BOOST_TEST(contains(trusting, post(user(), fields), "\r\nLocation: /users/1\r\n"), prefix);
    BOOST_TEST(contains(trusting, get("/openapi.json", fields), R"("url": "/",)"), prefix);
    BOOST_TEST(contains(trusting, get("/", fields + "Accept: text/html\r\n"), "href=\"/users\""));
  }
  const std::string fields = "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a>,<b\r\n";
  BOOST_TEST(link(trusting, list("inside", fields)) == "https://inside/users");
}

BOOST_AUTO_TEST_CASE(with_a_base_path_requests_may_have_it_and_links_do) {
  for (const char* target : {"/team/api/users/1", "/users/1", "http://x/team/api/users/1"}) {
    BOOST_TEST(ask_at(at_base, created + get(target)).statuses.back() == 200U, target);
  }
  for (const char* target : {"/team/api", "/team/api/", "/team/api?a=b", "/"}) {
    BOOST_TEST(contains(at_base, get(target), R"("users":"/team/api/users")"), target);
  }
  for (const char* target :
       {"/team", "/team/apix/users", "/team/api/team/api/users", "/api/users"}) {
    BOOST_TEST(ask_at(at_base, get(target)).statuses.back() == 404U, target);
  }
  BOOST_TEST(contains(at_base, created, "\r\nLocation: /team/api/users/1\r\n"));
  BOOST_TEST(link(at_base, list("x", "", "/team/api/users?_page=1&_limit=1")) ==
             "http://x/team/api/users?_limit=1&_page=1");
  BOOST_TEST(contains(at_base, get("/team/api/openapi.json"), R"("url": "/team/api",)"));
  BOOST_TEST(contains(plain, get("/openapi.json"), R"("url": "/",)"));
}

BOOST_AUTO_TEST_CASE(with_the_longest_host_and_prefix_a_header_has_4_kib_at_most) {
  const std::string longest = "/" + std::string(127, 'p');
  const protocol::Site site = site_of(longest, true);
  const std::string fields =
      "X-Forwarded-Proto: https\r\nX-Forwarded-Host: " + std::string(260, 'h') +
      "\r\nX-Forwarded-Prefix: " + longest + "\r\n";
  const auto head = [](const Answers& answers) {
    const std::size_t begin = answers.text.rfind("HTTP/1.1 ");
    return answers.text.substr(begin, answers.text.find("\r\n\r\n", begin) + 4 - begin);
  };
  for (const std::size_t octets : {10U, 400U, 900U, 1'800U, 2'700U, 3'500U}) {
    const std::string target = "/users?_page=2&_limit=1&q=" + std::string(octets, 'a') + "&q=e";
    const std::string all = head(ask_at(site, created + created + created + get(target, fields)));
    BOOST_TEST(all.size() <= 4'096U);
    BOOST_TEST((all.find("rel=\"next\"") != all.npos) == (octets < 2'800));
  }
  const std::string location = head(ask_at(site, post(user(), fields)));
  BOOST_TEST(location.find("Location: " + longest + longest + "/users/1\r\n") != location.npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
