#include "server/connection/dispatch.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "storage/local/memory_store.hpp"
#include "tests/server/connection/parts.hpp"

namespace rollcall::server {
namespace {

using protocol::Action;
using protocol::Problem;
using Verb = storage::WriteOperation::Verb;

const std::string user = R"({"last-name":"A","first-name":"B","email":"a@b.c"})";

struct Dispatching {
  Buffers buffers;
  Pool<IncomingRequest> requests;
  Intake intake{buffers, requests};
  storage::MemoryStore store;
  Health health{store};
  tests::WaitingSession session;
  Exchange exchange;

  IncomingRequest& read(const std::string& head, const std::string& body = "") {
    const std::string octets = head + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
                               fields + "Content-Length: " + std::to_string(body.size()) +
                               "\r\n\r\n" + body;
    const Intake::Step step = intake.read(octets, {});
    BOOST_REQUIRE((step.event == Intake::Event::head));
    BOOST_REQUIRE((intake.read(octets.substr(step.consumed), {}).event == Intake::Event::whole));
    IncomingRequest& request = intake.request();
    exchange.request = request.facts();
    const Action action = request.route.action;
    if (takes_user(action)) {
      const bool patch = action == Action::patch_user;
      request.reader->finish(patch ? protocol::Content::patch : protocol::Content::user);
    }
    return request;
  }
  template <class Kind>
  Kind& become(const std::string& head, const std::string& body = "") {
    become_asked(exchange, read(head, body), health);
    BOOST_REQUIRE(std::holds_alternative<Kind>(exchange.what));
    return std::get<Kind>(exchange.what);
  }

  std::string fields;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(dispatch)

BOOST_FIXTURE_TEST_CASE(a_create_keeps_its_text_and_its_key, Dispatching) {
  fields = "Idempotency-Key: \"k\"\r\n";
  become_creation(exchange, read("POST /users", user));
  intake.finish_request();
  const Write& write = std::get<Write>(exchange.what);
  BOOST_TEST((write.verb == Verb::create));
  BOOST_TEST(write.user.last_name == "A");
  BOOST_REQUIRE(write.key != nullptr);
  BOOST_TEST(write.key->text == "k");
  BOOST_TEST(submit(exchange, session));
  BOOST_TEST(session.writes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_create_without_a_key_has_none_of_the_last_one, Dispatching) {
  fields = "Idempotency-Key: \"k\"\r\n";
  become_creation(exchange, read("POST /users", user));
  intake.finish_request();
  fields = "";
  become_creation(exchange, read("POST /users", user));
  BOOST_TEST(std::get<Write>(exchange.what).key == nullptr);
}

BOOST_FIXTURE_TEST_CASE(of_the_changes_only_a_patch_takes_its_key_along, Dispatching) {
  fields = "Idempotency-Key: \"k\"\r\n";
  const Write& patch = become<Write>("PATCH /users/7", R"({"email":"x@y.z"})");
  intake.finish_request();
  BOOST_REQUIRE(patch.key != nullptr);
  BOOST_TEST(patch.key->text == "k");
  BOOST_TEST(become<Write>("PUT /users/7", user).key == nullptr);
  intake.finish_request();
  BOOST_TEST(become<Write>("DELETE /users/7").key == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_find_has_its_condition, Dispatching) {
  fields = "If-None-Match: *\r\n";
  const Find& find = become<Find>("GET /users/7");
  BOOST_TEST(find.id == 7U);
  BOOST_REQUIRE(find.asked_for);
  BOOST_TEST(find.asked_for->none_match.any());
  BOOST_TEST(submit(exchange, session));
  BOOST_TEST(session.finds.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_replacement_has_the_whole_user_and_a_patch_room_for_it, Dispatching) {
  const Write& put = become<Write>("PUT /users/7", user);
  BOOST_TEST((put.verb == Verb::replace && put.id == 7 && put.merged == nullptr));
  intake.finish_request();
  const Write& patch = become<Write>("PATCH /users/7", R"({"email":"x@y.z"})");
  BOOST_TEST((patch.members == storage::set_of(storage::Member::email)));
  BOOST_TEST(patch.merged != nullptr);
  BOOST_TEST(patch.user.email == "x@y.z");
}

BOOST_FIXTURE_TEST_CASE(a_removal_keeps_the_user_for_those_who_accept_json_by_name, Dispatching) {
  BOOST_TEST(become<Write>("DELETE /users/7").merged == nullptr);
  intake.finish_request();
  fields = "Accept: application/json\r\n";
  const Write& write = become<Write>("DELETE /users/7");
  BOOST_TEST((write.verb == Verb::remove && write.merged != nullptr));
}

BOOST_FIXTURE_TEST_CASE(a_listing_has_its_query_and_a_bad_one_is_a_problem, Dispatching) {
  const List& list = become<List>("GET /users?limit=3&email=a@b.c");
  BOOST_TEST(list.request.limit == 3U);
  BOOST_TEST(list.query == "limit=3&email=a@b.c");
  BOOST_TEST(submit(exchange, session));
  intake.finish_request();
  const Immediate& bad = become<Immediate>("GET /users?limit=x");
  BOOST_TEST((bad.problem == Problem::bad_query));
  BOOST_TEST(bad.query_errors.size() == 1U);
  BOOST_TEST(!submit(exchange, session));
}

BOOST_FIXTURE_TEST_CASE(an_export_takes_no_query_and_its_head_needs_no_store, Dispatching) {
  fields = "Accept: application/x-ndjson\r\n";
  become<Export>("GET /users");
  BOOST_TEST(submit(exchange, session));
  BOOST_TEST(session.exports.size() == 1U);
  intake.finish_request();
  BOOST_TEST((become<Immediate>("GET /users?limit=3").problem == Problem::bad_query));
  intake.finish_request();
  BOOST_TEST(!become<Immediate>("HEAD /users").problem);
}

BOOST_FIXTURE_TEST_CASE(refusals_have_the_fields_of_their_route, Dispatching) {
  const Immediate& refusal = become<Immediate>("DELETE /users");
  BOOST_TEST((refusal.problem == Problem::method_not_allowed));
  BOOST_TEST(std::string(refusal.fields).starts_with("\r\nAllow: "));
  intake.finish_request();
  BOOST_TEST(std::string(become<Immediate>("OPTIONS /users").fields).size() > 0U);
  intake.finish_request();
  BOOST_TEST(!become<Immediate>("GET /readyz").problem);
}

BOOST_FIXTURE_TEST_CASE(probes_are_told_why_the_server_is_not_ready, Dispatching) {
  for (const char* probe : {"GET /readyz", "HEAD /readyz", "GET /", "HEAD /", "OPTIONS /"}) {
    BOOST_TEST(!become<Immediate>(probe).problem, probe);
    intake.finish_request();
    health.drain();
    BOOST_TEST((become<Immediate>(probe).problem == Problem::draining), probe);
    intake.finish_request();
    BOOST_TEST(!become<Immediate>("GET /livez").problem);
    intake.finish_request();
    BOOST_TEST(!become<Immediate>("OPTIONS /readyz").problem);
    intake.finish_request();
    fields = "Accept: text/html\r\n";
    BOOST_TEST((become<Immediate>(probe).problem == Problem::draining), probe);
    intake.finish_request();
    fields.clear();
    health.resume();
  }
}

BOOST_AUTO_TEST_CASE(only_what_the_store_is_asked_for_waits_for_the_answers_before_it) {
  for (const Action action : {Action::live, Action::ready, Action::describe_api, Action::describe,
                              Action::welcome, Action::welcome_page, Action::refuse}) {
    BOOST_TEST(is_answered_at_once(action));
  }
  for (const Action action : {Action::list_users, Action::export_users, Action::find_user,
                              Action::replace_user, Action::patch_user, Action::remove_user}) {
    BOOST_TEST(!is_answered_at_once(action));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
