#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "storage/local/memory_store.hpp"
#include "tests/http/asking.hpp"
#include "tests/server/connection/parts.hpp"
#include "tests/support/driven_server.hpp"

/// The one place through which every answer passes: each is told once, as the client sees it, and
/// has nothing of another.
namespace rollcall::tests {
namespace {

using protocol::Action;
using protocol::Resource;

/// A kind of answer, and what it is told as.
struct Kind {
  std::string request;
  unsigned status;
  Action action;
  Resource resource;
  bool closes = false;
};

std::string request_of(const std::string& line, const std::string& fields = "",
                       const std::string& body = "") {
  return line + " HTTP/1.1\r\nHost: x\r\n" + fields +
         (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" +
         body;
}

const std::string json = "Content-Type: application/json\r\n";
const std::string ndjson = "Content-Type: application/x-ndjson\r\n";
const std::string early = "Prefer: answer=early\r\n";

std::vector<Kind> kinds() {
  const std::string accept_lines = "Accept: application/x-ndjson\r\n";
  const std::string line = user() + "\n";
  return {
      {post(user()), 201, Action::create_user, Resource::users},
      {post("{}"), 400, Action::create_user, Resource::users},
      {post("x"), 400, Action::create_user, Resource::users},
      {request_of("POST /users", "", "{}"), 415, Action::refuse, Resource::users},
      {request_of("POST /users", ndjson, line + "{}\n" + line), 200, Action::create_users,
       Resource::users},
      {request_of("POST /users", ndjson + "Idempotency-Key: k\r\n", line), 200,
       Action::create_users, Resource::users},
      {get("/users/1"), 200, Action::find_user, Resource::user},
      {get("/users/1", "If-None-Match: *\r\n"), 304, Action::find_user, Resource::user},
      {get("/users/1", "If-Match: \"x\"\r\n"), 412, Action::find_user, Resource::user},
      {get("/users/4711"), 404, Action::find_user, Resource::user},
      {request_of("HEAD /users/1"), 200, Action::find_user, Resource::user},
      {get("/users"), 200, Action::list_users, Resource::users},
      {get("/users?limit=x"), 400, Action::list_users, Resource::users},
      {get("/users", accept_lines), 200, Action::export_users, Resource::users},
      {get("/users?x=y", accept_lines), 400, Action::export_users, Resource::users},
      {request_of("HEAD /users", accept_lines), 200, Action::export_users, Resource::users},
      {request_of("PUT /users/1", json, user()), 200, Action::replace_user, Resource::user},
      {request_of("PUT /users/1", "", user()), 415, Action::refuse, Resource::user},
      {request_of("PATCH /users/1", json, "{}"), 200, Action::patch_user, Resource::user},
      {request_of("PATCH /users/1", "", "{}"), 415, Action::refuse, Resource::user},
      {request_of("DELETE /users/4711"), 404, Action::remove_user, Resource::user},
      {request_of("DELETE /users"), 405, Action::refuse, Resource::users},
      {request_of("BREW /users"), 501, Action::refuse, Resource::users},
      {request_of("OPTIONS /users"), 204, Action::describe, Resource::users},
      {request_of("OPTIONS *"), 204, Action::describe, Resource::server},
      {get("/livez"), 200, Action::live, Resource::live},
      {get("/readyz"), 200, Action::ready, Resource::ready},
      {get("/openapi.json"), 200, Action::describe_api, Resource::api},
      {get("/"), 200, Action::welcome, Resource::root},
      {get("/", "Accept: text/html\r\n"), 200, Action::welcome_page, Resource::root},
      {request_of("OPTIONS /"), 200, Action::welcome, Resource::root},
      {get("/users", "Accept: text/csv\r\n"), 406, Action::refuse, Resource::users},
      {request_of("get /users"), 501, Action::refuse, Resource::users},
      {get("/nothing"), 404, Action::refuse, Resource::unknown},
      {get("/livez", "Expect: x\r\n"), 417, Action::refuse, Resource::live},
      {"NONSENSE\r\n\r\n", 400, Action::refuse, Resource::unknown, true},
      {"GET /users HTTP/3.0\r\n\r\n", 505, Action::refuse, Resource::unknown, true},
      {"\x16\x03\x01", 400, Action::refuse, Resource::unknown, true},
      {request_of("POST /nothing", "Expect: 100-continue\r\nContent-Length: 5\r\n"), 404,
       Action::refuse, Resource::unknown, true},
      {request_of("POST /users", "Transfer-Encoding: chunked\r\n") + "zz\r\n", 400, Action::refuse,
       Resource::users, true},
      {request_of("POST /users", ndjson + "Transfer-Encoding: chunked\r\n") + chunk(line) +
           "zz\r\n",
       400, Action::create_users, Resource::users, true},
      {request_of("POST /users", ndjson + early + "Transfer-Encoding: chunked\r\n") + chunk(line) +
           "zz\r\n",
       200, Action::create_users, Resource::users, true},
  };
}

struct Observed {
  storage::MemoryStore store;
  RecordingObserver recording;
  DrivenServer server{store, {}, &recording};

  Observed() {
    server.connect();
    server.arrive(post(user()));
    server.socket().forget_sent();
    recording.records.clear();
  }
  ~Observed() {
    server.finish();
    server.pass(std::chrono::seconds(3));
  }
};

/// The octets of the answer alone.
std::size_t without_interim(std::string text) {
  constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
  if (text.starts_with(interim)) text.erase(0, interim.size());
  return text.size();
}

void check_told(const Observed& observed, const Kind& kind, std::size_t octets) {
  BOOST_REQUIRE_MESSAGE(observed.recording.records.size() == 1U, kind.request);
  const server::AnswerRecord& told = observed.recording.records.front();
  BOOST_TEST_CONTEXT(kind.request) {
    BOOST_TEST(told.status == kind.status);
    BOOST_TEST(told.octets == octets);
    BOOST_TEST((told.request.action == kind.action));
    BOOST_TEST((told.request.resource == kind.resource));
    BOOST_TEST(told.request.begun.time_since_epoch().count() > 0);
  }
}

/// The names of the field lines of the last answer in `text`.
std::vector<std::string> field_names(const std::string& text) {
  std::vector<std::string> names;
  const std::size_t head = text.rfind("HTTP/1.1 ");
  std::size_t at = text.find("\r\n", head) + 2;
  for (std::size_t end = 0; (end = text.find("\r\n", at)) != at; at = end + 2) {
    names.push_back(text.substr(at, text.find(':', at) - at));
  }
  return names;
}

std::string last_answer(Observed& observed, const std::string& before, const std::string& request) {
  observed.server.connect();
  observed.server.arrive(before);
  observed.server.socket().forget_sent();
  observed.server.arrive(request);
  return observed.server.socket().sent();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(every_kind_is_told_once_with_what_the_client_sees) {
  for (const Kind& kind : kinds()) {
    Observed observed;
    observed.server.arrive(kind.request);
    const std::string& sent = observed.server.socket().sent();
    BOOST_TEST(sent.find(" " + std::to_string(kind.status) + " ") == 8U, kind.request);
    check_told(observed, kind, without_interim(sent));
    const server::AnswerRecord& told = observed.recording.records.front();
    BOOST_TEST((told.request.keep_alive && told.whole) == !kind.closes, kind.request);
  }
}

BOOST_AUTO_TEST_CASE(pipelined_ones_are_told_in_their_order) {
  Observed observed;
  std::string all;
  std::vector<unsigned> expected;
  for (const Kind& kind : kinds()) {
    if (kind.closes) continue;
    all += kind.request;
    expected.push_back(kind.status);
  }
  observed.server.arrive(all);
  std::vector<unsigned> told;
  std::size_t octets = 0;
  for (const server::AnswerRecord& each : observed.recording.records) {
    told.push_back(each.status);
    octets += each.octets;
  }
  BOOST_TEST(told == expected, boost::test_tools::per_element());
  BOOST_TEST(octets == observed.server.socket().sent().size());
}

BOOST_AUTO_TEST_CASE(a_request_that_is_late_and_one_beyond_the_cap_are_told_too) {
  const std::string head = request_of("POST /users", json + "Content-Length: 9\r\n");
  for (const Kind& kind : {Kind{"GET /li", 408, Action::refuse, Resource::unknown},
                           Kind{head, 408, Action::create_user, Resource::users}}) {
    Observed late;
    late.server.arrive(kind.request);
    late.server.pass(std::chrono::seconds(31));
    check_told(late, kind, late.server.socket().sent().size());
  }
  Observed beyond;
  beyond.server.connect(1'000'000, true);
  beyond.server.arrive(get("/users/1"));
  check_told(beyond, {"", 503, Action::find_user, Resource::user},
             beyond.server.socket().sent().size());
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_cut_is_told_as_not_whole) {
  Observed observed;
  observed.server.arrive(request_of("POST /users", ndjson + early + "Content-Length: 1000\r\n") +
                         user() + "\n");
  BOOST_TEST(observed.recording.records.empty());
  observed.server.thread().cut_now();
  check_told(observed, {"", 200, Action::create_users, Resource::users},
             observed.server.socket().sent().size());
  BOOST_TEST(!observed.recording.records.front().whole);
}

BOOST_AUTO_TEST_CASE(no_answer_has_a_field_of_an_earlier_one) {
  Observed observed;
  const std::vector<Kind> all = kinds();
  const Kind late{"GET /li", 408, Action::refuse, Resource::unknown};
  for (const Kind& kind : all) {
    const std::string alone = last_answer(observed, "", kind.request);
    for (const Kind& before : all) {
      if (before.closes) continue;
      const std::string behind = last_answer(observed, before.request, kind.request);
      BOOST_TEST_CONTEXT(kind.request << "behind " << before.request) {
        BOOST_TEST(field_names(behind) == field_names(alone), boost::test_tools::per_element());
      }
    }
    observed.server.pass(std::chrono::seconds(80));
  }
  for (const Kind& before : all) {
    if (before.closes) continue;
    last_answer(observed, before.request, late.request);
    observed.server.pass(std::chrono::seconds(11));
    const std::vector<std::string> expected{"Content-Type", "Date", "Connection", "Content-Length"};
    BOOST_TEST(field_names(observed.server.socket().sent()) == expected,
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_of_what_came_later_has_no_field_of_what_was_found_before) {
  Observed observed;
  observed.server.arrive(request_of("POST /users", "Transfer-Encoding: chunked\r\n") + "zz\r\n");
  BOOST_TEST(observed.server.socket().sent().find("Accept-Post") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
