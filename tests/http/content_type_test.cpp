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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
