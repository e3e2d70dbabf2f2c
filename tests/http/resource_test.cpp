#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

/// docs/http.md, "Reading, replacing and removing users" and "Keys".
namespace rollcall::tests {
namespace {

const std::string created = post(user());

std::string with_body(const std::string& method, const std::string& body,
                      const std::string& fields = "Content-Type: application/json\r\n") {
  return method + " HTTP/1.1\r\nHost: x\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string bare(const std::string& method, const std::string& fields = "") {
  return method + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

/// The status of a request sent after a create of user 1. Checks that the connection stays open.
void check(const std::string& request, unsigned status, const std::string& text = "") {
  BOOST_TEST_CONTEXT(request.substr(0, 200)) {
    const Answers answers = ask(created + request + get("/livez"));
    const std::vector<unsigned> expected{201, status, 200};
    BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
    BOOST_TEST(answers.text.find(text) != answers.text.npos, answers.text);
  }
}

const std::string other = user_of("\"New\"", "\"N\"", "\"n@b.c\"");

}  // namespace

BOOST_AUTO_TEST_SUITE(resource)

BOOST_AUTO_TEST_CASE(put_replaces_the_user_and_a_get_behind_it_sees_it) {
  check(with_body("PUT /users/1", other), 200, R"({"last-name":"New","first-name":"N",)");
  const Answers answers = ask(created + with_body("PUT /users/1", other) + get("/users/1"));
  BOOST_TEST(
      answers.text.ends_with(R"({"last-name":"New","first-name":"N","email":"n@b.c","id":1})"));
  check(with_body("PUT /users/1", user(R"(,"id":7)")), 200, R"("id":1})");
  check(with_body("PUT /users/2", other), 404);
}

BOOST_AUTO_TEST_CASE(put_wants_a_whole_user_as_json) {
  check(with_body("PUT /users/1", R"({"last-name":"New"})"), 400, R"("pointer":"/email")");
  check(with_body("PUT /users/1", "{"), 400);
  check(with_body("PUT /users/1", other, ""), 415, "\r\nAccept: application/json\r\n");
  check(with_body("PUT /users/1", other, "Content-Type: application/merge-patch+json\r\n"), 415);
}

BOOST_AUTO_TEST_CASE(put_of_a_part_is_400) {
  const std::string range = "Content-Type: application/json\r\nContent-Range: bytes 0-9/10\r\n";
  check(with_body("PUT /users/1", other, range), 400, "does not support Content-Range");
  check(with_body("PATCH /users/1", other, range), 200);
}

BOOST_AUTO_TEST_CASE(patch_changes_the_members_that_it_has) {
  for (const char* type : {"application/json", "application/merge-patch+json; charset=utf-8"}) {
    const std::string fields = "Content-Type: " + std::string(type) + "\r\n";
    check(with_body("PATCH /users/1", R"({"first-name":"Zed","x":null,"id":null})", fields), 200,
          R"({"last-name":"Meere","first-name":"Zed","email":"johnm@gmail.com","id":1})");
    check(with_body("PATCH /users/1", "{}", fields), 200, R"("first-name":"John")");
    check(with_body("PATCH /users/1", other, fields), 200, R"("last-name":"New")");
  }
  check(with_body("PATCH /users/2", "{}"), 404);
}

BOOST_AUTO_TEST_CASE(patch_must_leave_a_user) {
  check(with_body("PATCH /users/1", R"({"email":null})"), 400, R"("detail":"is required")");
  check(with_body("PATCH /users/1", R"({"email":"x","last-name":""})"), 400, "/last-name");
  check(with_body("PATCH /users/1", R"({"email":{}})"), 400);
  check(with_body("PATCH /users/1", "[]"), 400);
  check(with_body("PATCH /users/1", "null"), 400);
  check(with_body("PATCH /users/1", "{}", "Content-Type: application/json-patch+json\r\n"), 415,
        "\r\nAccept-Patch: application/merge-patch+json, application/json\r\n");
}

BOOST_AUTO_TEST_CASE(delete_removes_the_user_once) {
  check(bare("DELETE /users/1"), 204);
  check(bare("DELETE /users/1", "Accept: */*\r\n"), 204);
  check(bare("DELETE /users/1", "Accept: text/html, application/json;q=0.9\r\n"), 200, "\"id\":1}");
  const Answers answers =
      ask(created + bare("DELETE /users/1") + bare("DELETE /users/1") + get("/users/1") + created);
  const std::vector<unsigned> expected{201, 204, 404, 404, 201};
  BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
  BOOST_TEST(answers.text.find("\"id\":2}") != answers.text.npos);
}

BOOST_AUTO_TEST_CASE(options_names_the_methods_and_types_of_each_resource) {
  check(bare("OPTIONS /users"), 204, "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n");
  check(bare("OPTIONS /users/1"), 204, "\r\nAllow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS\r\n");
  check(bare("OPTIONS /users/1"), 204, "\r\nAccept-Patch: application/merge-patch+json");
}

BOOST_AUTO_TEST_CASE(a_retry_with_its_key_gets_the_same_answer_again) {
  for (const char* key : {"Idempotency-Key: \"k 1\"\r\n", "idempotency-key: k-1\r\n",
                          "Idempotency-Key: \"k\";a=1\r\n"}) {
    const std::string keyed = post(user(), key);
    const Answers answers = ask(keyed + keyed + get("/users/2"));
    const std::vector<unsigned> expected{201, 201, 404};
    BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
    BOOST_TEST(answers.text.find("\r\nIdempotency-Replayed: true\r\n") != answers.text.npos);
  }
  const std::string first = post(user(), "Idempotency-Key: k\r\n");
  const Answers reused = ask(first + post(other, "Idempotency-Key: \"k\"\r\n"));
  const std::vector<unsigned> expected{201, 422};
  BOOST_TEST(reused.statuses == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_key_that_is_malformed_or_too_long_or_twice_is_400) {
  for (const std::string key :
       {"", "\"", "\"a\"b", "a b", "\"\"", "a,b", "\"\\x\"", "\xc3\xa9", "\"a\" ;b"}) {
    check(post(user(), "Idempotency-Key: " + key + "\r\n"), 400, "Idempotency-Key must be");
  }
  check(post(user(), "Idempotency-Key: a\r\nIdempotency-Key: a\r\n"), 400);
  for (const std::size_t size : {254U, 255U, 256U}) {
    const std::string key(size, 'k');
    check(post(user(), "Idempotency-Key: \"" + key + "\"\r\n"), size <= 255 ? 201 : 400);
    check(post(user(), "Idempotency-Key: " + key + "\r\n"), size <= 255 ? 201 : 400);
  }
}

BOOST_AUTO_TEST_CASE(put_patch_and_delete_take_a_key_and_refuse_a_malformed_one) {
  const std::string good = "Idempotency-Key: \"k\"\r\n";
  const std::string bad = "Idempotency-Key: a b\r\n";
  const std::string json = "Content-Type: application/json\r\n";
  for (const char* method : {"PUT /users/1", "PATCH /users/1"}) {
    check(with_body(method, other, json + bad), 400, "Idempotency-Key must be");
    check(with_body(method, other, json + good + good), 400, "Idempotency-Key must be");
    check(with_body(method, other, json + good), 200, R"("last-name":"New")");
  }
  check(bare("DELETE /users/1", bad), 400, "Idempotency-Key must be");
  check(bare("DELETE /users/1", good), 204);
  check(bare("GET /users/1", bad), 200);
}

BOOST_AUTO_TEST_CASE(a_patch_that_is_sent_again_with_its_key_is_made_once) {
  const std::string json = "Content-Type: application/json\r\n";
  const std::string key = "Idempotency-Key: \"k\"\r\n";
  const std::string put = with_body("PUT /users/1", other);
  const auto patch = [&](const std::string& body, const std::string& fields) {
    return with_body("PATCH /users/1", body, json + fields);
  };
  const std::string keyed = patch(R"({"email":"x@y.z"})", key);
  const Answers answers = ask(created + keyed + put + keyed + get("/users/1"));
  const std::vector<unsigned> made_once{201, 200, 200, 200, 200};
  BOOST_TEST(answers.statuses == made_once, boost::test_tools::per_element());
  const std::string::size_type replayed = answers.text.find("\r\nIdempotency-Replayed: true\r\n");
  BOOST_REQUIRE(replayed != answers.text.npos);
  BOOST_TEST(answers.text.find(R"("email":"x@y.z","id":1})", replayed) != answers.text.npos);
  BOOST_TEST(answers.text.ends_with(R"("email":"n@b.c","id":1})"));
  // The key answers before the condition; another request may not use it.
  const Answers others =
      ask(created + keyed + patch(R"({"email":"x@y.z"})", key + "If-Match: \"0\"\r\n") +
          patch(R"({"email":"y@y.z"})", key) + post(user(), key) +
          patch(R"({"email":"y@y.z"})", "If-Match: \"0\"\r\nIdempotency-Key: l\r\n") +
          patch(R"({"email":"y@y.z"})", "Idempotency-Key: l\r\n"));
  const std::vector<unsigned> expected{201, 200, 200, 422, 422, 412, 200};
  BOOST_TEST(others.statuses == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stream_of_users_is_answered_line_by_line_and_the_connection_goes_on) {
  const std::string lines = user() + "\n\n{}\r\n" + other + "\nx";
  const std::string type = "Content-Type: application/x-ndjson\r\n";
  const std::string chunks = "POST /users HTTP/1.1\r\nHost: x\r\n" + type +
                             "Transfer-Encoding: chunked\r\n\r\n" + chunk(lines.substr(0, 99)) +
                             chunk(lines.substr(99)) + last_chunk;
  for (const std::string& request : {with_body("POST /users", lines, type), chunks}) {
    const Answers answers = ask(created + request + get("/users/3"));
    const std::vector<unsigned> expected{201, 200, 200};
    BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
    const std::size_t begin = answers.text.find("{\"line\":1,\"id\":2}\n{\"line\":3,\"type\":");
    BOOST_REQUIRE(begin != answers.text.npos);
    BOOST_TEST(answers.text.find("\n{\"line\":4,\"id\":3}\n{\"line\":5,", begin) !=
               answers.text.npos);
  }
  const Answers broken = ask(created + chunks.substr(0, chunks.size() - 5) + "x\r\n\r\n");
  BOOST_TEST(broken.statuses.back() == 400U);
  BOOST_TEST(broken.text.find("{\"line\":4,\"id\":3}\n") != broken.text.npos);
  BOOST_TEST(broken.text.find("{\"line\":0,\"type\":") != broken.text.npos);
}

BOOST_AUTO_TEST_CASE(an_accept_is_weighed) {
  const auto is_stream = [](const std::string& accept) {
    const Answers answers = ask(get("/users", "Accept: " + accept + "\r\n"));
    BOOST_TEST(answers.text.find("\r\nVary: Accept\r\n") != answers.text.npos);
    return answers.text.find("Content-Type: application/x-ndjson") != answers.text.npos;
  };
  const std::string json = "application/json";
  const std::string lines = "application/x-ndjson";
  for (const std::string& accept :
       {lines, json + ", " + lines, lines + ", */*", lines + ";q=0.5, application/*;q=0.5, */*",
        json + " ; q=0.499, " + lines + ";q=0.5", json + ";q=0.5," + lines + ";charset=x;Q=1",
        lines + ";q=x", lines + ";q=0x0", lines + ";q=09", lines + ";q=0.0000",
        lines + ";q=", lines + ";q=0.x", lines + ";q=1.5", lines + ";q=00"}) {
    BOOST_TEST(is_stream(accept), accept);
  }
  for (const std::string& accept :
       {json, std::string("*/*"), lines + ";q=0.5, */*", lines + ";q=0.5, application/*, */*;q=0.1",
        std::string("application/*, */*;q=0.9"), lines + ";q=0", lines + "; q=0.000",
        lines + ";q=0.", lines + ";q=0.999,*/*", json + "," + lines + ";q=0.9",
        "text/x;p=\"a, " + lines + ", b\""}) {
    BOOST_TEST(!is_stream(accept), accept);
  }
  check(bare("DELETE /users/1", "Accept: application/json;q=0\r\n"), 204);
  check(bare("DELETE /users/1", "Accept: */*\r\n"), 204);
}

BOOST_AUTO_TEST_CASE(an_accept_that_nothing_here_fulfils_is_406) {
  for (const std::string accept :
       {"text/csv", "application/xml", "application/json;q=0", "text/html", "*/*;q=0"}) {
    const std::string fields = "Accept: " + accept + "\r\n";
    for (const char* target : {"/users", "/users?limit=1", "/users/1"}) {
      check(bare(std::string("GET ") + target, fields), 406, "\r\nVary: Accept\r\n");
    }
    check(bare("GET /livez", fields), 200);
    check(with_body("PUT /users/1", other, "Content-Type: application/json\r\n" + fields), 200);
  }
  check(bare("GET /users/1", "Accept: application/x-ndjson\r\n"), 406);
  check(bare("GET /users", "Accept: application/json;q=0, */*\r\n"), 200, "x-ndjson");
  check(bare("GET /users/1", "Accept: text/csv\r\nAccept: application/*;q=0.1\r\n"), 200);
}

BOOST_AUTO_TEST_CASE(the_root_is_200_with_a_few_links_as_json_or_as_a_page) {
  check(bare("GET /"), 200, R"("users":"/users")");
  check(bare("GET /?a=b", "Accept: application/json\r\n"), 200, "\r\nVary: Accept\r\n");
  check(bare("GET /", "Accept: text/html,*/*;q=0.8\r\n"), 200, "<a href=\"/users\">");
  check(bare("GET http://x"), 200, R"("users":"/users")");
  check(bare("GET http://x?a=b"), 200, R"("users":"/users")");
  check(bare("OPTIONS /"), 200, "\r\nAllow: GET, HEAD, OPTIONS\r\n");
  check(bare("DELETE /"), 405, "\r\nAllow: GET, HEAD, OPTIONS\r\n");
  for (const char* line : {"OPTIONS / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    check_closes(line, 200);
  }
  const Answers head = ask(bare("HEAD /"), true);
  BOOST_TEST(head.statuses.front() == 200U);
  BOOST_TEST(head.text.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(an_address_that_another_user_has_is_409_if_they_are_to_be_unique) {
  const std::string taken = user_of("\"L\"", "\"F\"", "\"JOHNM@gmail.com\"");
  const Answers answers = ask_with_unique_emails(
      created + post(other) + post(taken) + with_body("PUT /users/2", taken) +
      with_body("PATCH /users/2", R"({"email":"johnm@gmail.com"})") +
      with_body("PUT /users/1", taken) + bare("DELETE /users/1") + post(taken) + get("/livez"));
  const std::vector<unsigned> expected{201, 201, 409, 409, 409, 200, 204, 201, 200};
  BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
  BOOST_TEST(answers.text.find(R"("pointer":"/email")") != answers.text.npos);
  const Answers stream =
      ask_with_unique_emails(created + with_body("POST /users", taken + "\n" + other + "\n" + taken,
                                                 "Content-Type: application/x-ndjson\r\n"));
  BOOST_TEST(stream.text.find("\n{\"line\":1,") != stream.text.npos);
  BOOST_TEST(stream.text.find("\n{\"line\":2,\"id\":") != stream.text.npos);
  BOOST_TEST(stream.text.find("\n{\"line\":3,") != stream.text.npos);
  BOOST_TEST(stream.text.find("\"status\":409") != stream.text.npos);
}

BOOST_AUTO_TEST_CASE(every_user_comes_out_as_lines) {
  const Answers answers = ask(created + with_body("PUT /users/1", other) + created +
                              get("/users", "Accept: application/x-ndjson\r\n") + get("/livez"));
  const std::vector<unsigned> expected{201, 200, 201, 200, 200};
  BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
  BOOST_TEST(answers.text.find("\"n@b.c\",\"id\":1}\n{\"last-name\":\"Meere\"") !=
             answers.text.npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
