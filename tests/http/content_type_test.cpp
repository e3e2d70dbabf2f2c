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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
