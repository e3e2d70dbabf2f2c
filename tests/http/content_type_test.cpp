#include <boost/test/unit_test.hpp>

#include "tests/http/asking.hpp"

namespace rollcall::tests {

BOOST_AUTO_TEST_SUITE(content_type)

BOOST_AUTO_TEST_CASE(json_is_taken_with_any_parameters_and_letter_case) {
  for (const char* type : {"application/json", "APPLICATION/Json",
                           "application/json; charset=utf-8", "application/json;x=\"y\""}) {
    check_stays("POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: " + std::string(type) +
                    "\r\nContent-Length: " + std::to_string(user().size()) + "\r\n\r\n" + user(),
                201);
  }
}

BOOST_AUTO_TEST_CASE(another_one_or_none_or_two_is_415) {
  for (const std::string field :
       {"", "Content-Type:\r\n", "Content-Type: text/plain\r\n",
        "Content-Type: application/jsonx\r\n", "Content-Type: application/json, x\r\n",
        "Content-Type: application/json\r\nContent-Type: application/json\r\n"}) {
    check_stays("POST /users HTTP/1.1\r\nHost: x\r\n" + field + "Content-Length: 2\r\n\r\n{}", 415);
  }
}

BOOST_AUTO_TEST_CASE(a_content_encoding_is_415_but_identity) {
  const std::string json = "Content-Type: application/json\r\n";
  const std::string lines = "Content-Type: application/x-ndjson\r\n";
  const auto request = [](const std::string& method, const std::string& fields) {
    return method + " HTTP/1.1\r\nHost: x\r\n" + fields + "Content-Length: 2\r\n\r\n{}";
  };
  for (const std::string coding : {"gzip", "br", "identity, gzip", "gzip, identity", ",x"}) {
    const std::string field = "Content-Encoding: " + coding + "\r\n";
    for (const std::string& each :
         {request("POST /users", json + field), request("POST /users", lines + field),
          request("PUT /users/1", field + json), request("PATCH /users/1", field + json)}) {
      check_stays(each, 415);
      BOOST_TEST(ask(each).text.find("\r\nAccept-Encoding: identity\r\n") != std::string::npos);
    }
    check_stays(request("GET /livez", field), 200);
  }
  for (const std::string none : {"Identity", "", " , identity,", "identity, identity"}) {
    check_stays(request("POST /users", json + "Content-Encoding: " + none + "\r\n"), 400);
  }
  check_stays(request("POST /users", lines + "Content-Encoding: identity\r\n"), 200);
}

BOOST_AUTO_TEST_CASE(lines_have_four_names_and_are_answered_by_the_one_that_is_asked_for) {
  const std::string body = user() + "\n" + user();
  const auto upload = [&](const std::string& fields) {
    return "POST /users HTTP/1.1\r\nHost: x\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const auto is_called = [](const std::string& request, const std::string& name) {
    const Answers answers = ask(request);
    BOOST_TEST(answers.statuses.front() == 200U);
    BOOST_TEST(answers.text.find("\r\nContent-Type: " + name + "\r\n") != answers.text.npos,
               request << answers.text);
  };
  for (const std::string name : {"application/x-ndjson", "application/ndjson", "application/jsonl",
                                 "application/x-jsonlines"}) {
    is_called(upload("Content-Type: " + name + "; charset=utf-8\r\n"), name);
    is_called(upload("Content-Type: application/ndjson\r\nAccept: " + name + "\r\n"), name);
    is_called(get("/users", "Accept: text/csv, " + name + ";q=0.2\r\n"), name);
    is_called("HEAD /users HTTP/1.1\r\nHost: x\r\nAccept: " + name + "\r\n\r\n", name);
  }
  check_stays(post(body, "X-Type: application/jsonl\r\n"), 400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
