#include <boost/test/unit_test.hpp>

#include "protocol/limits.hpp"
#include "tests/http/asking.hpp"

namespace rollcall::tests {

BOOST_AUTO_TEST_SUITE(fields)

BOOST_AUTO_TEST_CASE(white_space_around_a_value_and_octets_from_0x80_in_it_are_taken) {
  check_stays(get("/livez", "A:b\r\nB: \t b \xc3\xa4 \t\r\nC:\r\n"), 200);
}

BOOST_AUTO_TEST_CASE(white_space_before_the_colon_is_400) {
  check_closes(get("/livez", "A : b\r\n"), 400);
  check_closes(get("/livez", "A\t: b\r\n"), 400);
  check_closes(get("/livez", " A: b\r\n"), 400);
}

BOOST_AUTO_TEST_CASE(a_bare_line_feed_as_a_line_end_is_400_at_once) {
  // No octet follows that would end the header.
  const std::string line = "GET /livez HTTP/1.1\r\n";
  for (const std::string& head :
       {std::string("GET /livez HTTP/1.1\n"), line + "Host: x\n", line + "Host: x\r\n\n",
        line + "Host: x\r\nA: b\n", "\r\n" + line + "Host: x\n"}) {
    check_closes(head, 400);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_token_or_is_missing_is_400) {
  for (const char* field : {": b\r\n", "A(: b\r\n", "A\x01: b\r\n", "A\xc3: b\r\n", "A\r\n"}) {
    check_closes(get("/livez", field), 400);
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_goes_on_in_the_next_one_is_400) {
  check_closes(get("/livez", "A: b\r\n c\r\n"), 400);
  check_closes(get("/livez", "A: b\r\n\tc\r\n"), 400);
  check_closes(get("/livez", "Transfer-Encoding:\r\n chunked\r\n"), 400);
  check_closes(get("/livez", "A:\r\n \r\n"), 400);
  check_closes(get("/livez", "A: b\r\n \r\n"), 400);
}

BOOST_AUTO_TEST_CASE(a_control_character_in_a_value_is_400) {
  for (const char octet : {'\0', '\x01', '\x0b', '\x1f', '\x7f', '\r'}) {
    check_closes(get("/livez", std::string("A: b") + octet + "c\r\n"), 400);
  }
}

BOOST_AUTO_TEST_CASE(there_may_be_100_and_more_are_431) {
  using protocol::max_header_fields;
  const auto with = [](std::size_t count) {
    std::string all;
    for (std::size_t i = 1; i < count; ++i) all += "A: b\r\n";
    return get("/livez", all);
  };
  check_stays(with(max_header_fields - 1), 200);
  check_stays(with(max_header_fields), 200);
  check_closes(with(max_header_fields + 1), 431);
}

BOOST_AUTO_TEST_CASE(the_header_may_have_16_kib_and_more_is_431) {
  using protocol::max_header_octets;
  const std::size_t others = get("/livez", "A: \r\n").size();
  const auto with = [&](std::size_t size) {
    return get("/livez", "A: " + std::string(size - others, 'a') + "\r\n");
  };
  check_stays(with(max_header_octets - 1), 200);
  check_stays(with(max_header_octets), 200);
  check_closes(with(max_header_octets + 1), 431);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
