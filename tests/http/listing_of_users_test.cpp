#include <boost/test/unit_test.hpp>

#include "protocol/limits.hpp"
#include "tests/http/asking.hpp"

/// docs/http.md, "Listings".
namespace rollcall::tests {
namespace {

const std::string three =
    post(user()) + post(user_of("\"van der Berg\"", "\"J\"", "\"b+c@d.e\"")) + post(user());

/// The answer to a listing after three creates.
std::string listing(const std::string& query, unsigned status = 200,
                    const std::string& fields = "") {
  const Answers answers = ask(three + get("/users" + query, fields));
  const std::vector<unsigned> expected{201, 201, 201, status};
  BOOST_TEST(answers.statuses == expected, boost::test_tools::per_element());
  return answers.text.substr(answers.text.rfind("HTTP/1.1 "));
}

/// The ids in a listing, in order.
std::string ids(const std::string& query) {
  const std::string text = listing(query);
  std::string found;
  for (std::size_t at = 0; (at = text.find("\"id\":", at)) != text.npos;) {
    at += 5;
    found += text.substr(at, text.find('}', at) - at);
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listing_of_users)

BOOST_AUTO_TEST_CASE(users_come_by_rising_id_with_their_number) {
  BOOST_TEST(ids("") == "123");
  BOOST_TEST(listing("").find("\r\nX-Total-Count: 3\r\n") != std::string::npos);
  BOOST_TEST(ids("?_sort=id&_order=DESC") == "321");
}

BOOST_AUTO_TEST_CASE(every_user_that_is_asked_for_by_id_comes) {
  std::string requests;
  std::string query;
  for (unsigned id = 1; id <= 104; ++id) {
    requests += post(user());
    query += (id == 1 ? "?id=" : "&id=") + std::to_string(id);
  }
  const std::string text = ask(requests + get("/users" + query)).text;
  const std::string answer = text.substr(text.rfind("HTTP/1.1 "));
  BOOST_TEST(answer.find("\r\nX-Total-Count: 104\r\n") != answer.npos);
  BOOST_TEST(answer.find("\"id\":104}]") != answer.npos);
}

BOOST_AUTO_TEST_CASE(users_are_sorted_by_any_member_and_linked_as_far_as_they_can_be_skipped) {
  BOOST_TEST(ids("?_sort=-last-name") == "213");
  BOOST_TEST(ids("?_sort=last-name,id&_order=desc,desc") == "231");
  BOOST_TEST(ids("?_sort=last-name&limit=1&after=3") == "2");
  listing("?_sort=last-name&after=4", 400);
  listing("?_sort=last-name&_start=10001", 400);
  BOOST_TEST(listing("?_sort=email&_page=1&_per_page=1").find("rel=\"last\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(operators_compare_and_search_one_member) {
  BOOST_TEST(ids("?id_gte=2&id_lte=2") == "2");
  BOOST_TEST(ids("?id_ne=1&id_ne=3") == "2");
  BOOST_TEST(ids("?last-name_like=^VAN") == "2");
  BOOST_TEST(ids("?last-name:contains=BERG") == "2");
  BOOST_TEST(ids("?id:in=1,3") == "13");
  listing("?last-name_like=a*", 400);
}

BOOST_AUTO_TEST_CASE(a_cache_buster_is_ignored) {
  BOOST_TEST(ids("?_=1700000000000") == "123");
  listing("?_=1", 200, "Accept: application/x-ndjson\r\n");
}

BOOST_AUTO_TEST_CASE(pages_by_limit_and_after_are_linked_and_keep_other_parameters) {
  BOOST_TEST(ids("?limit=2") == "12");
  BOOST_TEST(ids("?limit=2&after=2") == "3");
  BOOST_TEST(listing("?limit=1&q=e&after=1")
                 .find("\r\nLink: <http://x/users?limit=1&q=e>; rel=\"first\", "
                       "<http://x/users?limit=1&q=e&after=2>; rel=\"next\"\r\n") !=
             std::string::npos);
  BOOST_TEST(listing("?after=2").find("rel=\"next\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_header_has_4_kib_at_most_and_link_gives_way) {
  const auto relations = [](std::size_t octets) {
    const std::string all = listing("?_page=2&_limit=1&q=" + std::string(octets, 'a') + "&q=e");
    const std::string head = all.substr(0, all.find("\r\n\r\n") + 4);
    BOOST_TEST(head.size() <= protocol::max_answer_head_octets);
    std::string found;
    for (const char* each : {"first", "prev", "next", "last"}) {
      if (head.find("; rel=\"" + std::string(each) + "\"") != head.npos) found += each[0];
    }
    return found;
  };
  BOOST_TEST(relations(10) == "fpnl");
  BOOST_TEST(relations(1'150) == "pn");
  BOOST_TEST(relations(1'800) == "n");
  BOOST_TEST(relations(4'000) == "");
}

BOOST_AUTO_TEST_CASE(json_server_s_pages_and_windows_work) {
  BOOST_TEST(ids("?_page=2&_limit=2") == "3");
  BOOST_TEST(ids("?_start=1&_end=3") == "23");
  BOOST_TEST(ids("?_start=1&_limit=1&_order=desc") == "2");
  BOOST_TEST(ids("?id=3&id=1&id=9") == "13");
  BOOST_TEST(listing("?_page=2&_limit=1").find("_page=1>; rel=\"prev\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(filters_are_exact_decoded_and_met_by_any_value_of_one) {
  BOOST_TEST(ids("?last-name=van+der%20Berg") == "2");
  BOOST_TEST(ids("?email=b%2Bc%40d.e") == "2");
  BOOST_TEST(ids("?email=b+c@d.e") == "");
  BOOST_TEST(ids("?first-name=John&last-name=Meere") == "13");
  BOOST_TEST(ids("?first-name=John&first-name=J") == "123");
  BOOST_TEST(ids("?q=BERG") == "2");
  BOOST_TEST(listing("?q=berg").find("\r\nX-Total-Count: 1\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_bad_parameter_is_named_at_once) {
  const std::string text = listing("?limit=0&foo=1&id=x&%22=", 400);
  for (const char* name : {"\"limit\"", "\"foo\"", "\"id\"", "\"\\\"\""}) {
    BOOST_TEST(text.find("{\"parameter\":" + std::string(name)) != text.npos, text);
  }
  for (const char* query : {"?limit=1001", "?_limit=0", "?_start=2&_end=1", "?_sort=age",
                            "?limit=1&_page=1", "?after=x", "?email=%ff", "?limit=1&limit=1"}) {
    listing(query, 400);
  }
  listing("?limit=1000");
}

BOOST_AUTO_TEST_CASE(a_listing_as_lines_is_every_user_and_takes_no_parameter) {
  const Answers answers = ask(get("/users?limit=1", "Accept: application/x-ndjson\r\n"));
  BOOST_TEST(answers.statuses.front() == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
