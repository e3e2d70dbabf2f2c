#include "protocol/list_query.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "storage/limits.hpp"

namespace rollcall::protocol {
namespace {

using Texts = std::vector<std::string>;

/// The names of the bad parameters of the query.
Texts wrong(std::string_view query) {
  Texts names;
  for (const QueryError& each : parse_list_query(query).errors) {
    names.push_back(each.parameter);
    BOOST_TEST(each.detail.size() <= max_query_detail_octets);
  }
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(list_query)

BOOST_AUTO_TEST_CASE(without_parameters_the_first_100_users_are_meant) {
  for (const char* query : {"", "&", "&&"}) {
    const ListQuery asked = parse_list_query(query);
    BOOST_TEST(asked.errors.empty());
    BOOST_TEST(asked.request.filter.all());
    BOOST_TEST(asked.request.limit == 100U);
    BOOST_TEST(asked.request.after == 0U);
    BOOST_TEST(asked.request.skip == 0U);
    BOOST_TEST(!asked.request.descending);
  }
}

BOOST_AUTO_TEST_CASE(a_limit_is_from_1_to_1000) {
  for (const std::string name : {"limit", "_limit"}) {
    for (const char* value : {"1", "999", "1000"}) {
      BOOST_TEST(parse_list_query(name + "=" + value).request.limit == std::stoul(value));
    }
    for (const char* value : {"0", "1001", "", "x", "-1", "1.0", "+5", "99999999999999999999"}) {
      BOOST_TEST(wrong(name + "=" + value) == Texts{name}, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(filters_are_decoded_and_given_twice_either_may_hold) {
  const ListQuery asked = parse_list_query(
      "email=a%2Bb%40c.d&last-name=van+der%20Berg&last-name=%C5%81&first-name=&id=7&id=3&q=X%c3%"
      "89");
  BOOST_TEST(asked.errors.empty());
  const storage::UserFilter& filter = asked.request.filter;
  BOOST_TEST(filter[storage::Member::email] == Texts{"a+b@c.d"}, boost::test_tools::per_element());
  BOOST_TEST(filter[storage::Member::last_name] == (Texts{"van der Berg", "\xc5\x81"}),
             boost::test_tools::per_element());
  BOOST_TEST(filter[storage::Member::first_name] == Texts{""}, boost::test_tools::per_element());
  BOOST_TEST(filter.ids == (std::vector<storage::UserId>{7, 3}), boost::test_tools::per_element());
  BOOST_REQUIRE(filter.substrings.size() == 1U);
  BOOST_TEST(filter.substrings[0] == "X\xc3\x89");
}

BOOST_AUTO_TEST_CASE(json_server_s_pages_and_windows_are_understood) {
  const ListQuery page = parse_list_query("_page=3&_limit=20&_sort=id&_order=DESC");
  BOOST_TEST((page.paging == Paging::page));
  BOOST_TEST(page.request.skip == 40U);
  BOOST_TEST(page.request.limit == 20U);
  BOOST_TEST(page.request.descending);
  BOOST_TEST(parse_list_query("_page=2").request.skip == 10U);
  const ListQuery window = parse_list_query("_start=5&_end=25&_order=asc");
  BOOST_TEST((window.paging == Paging::window));
  BOOST_TEST(window.request.skip == 5U);
  BOOST_TEST(window.request.limit == 20U);
  BOOST_TEST(parse_list_query("_start=5&_limit=3").request.limit == 3U);
  BOOST_TEST(parse_list_query("_start=5&_end=5").request.limit == 0U);
  BOOST_TEST(parse_list_query("_start=5&_end=1005").request.limit == 1'000U);
  BOOST_TEST(wrong("_start=5&_end=1006") == Texts{"_end"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_start=5&_end=4") == Texts{"_end"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_page_s_size_is_limit_or_per_page_as_in_either_json_server) {
  const ListQuery page = parse_list_query("_page=3&_per_page=20");
  BOOST_TEST((page.paging == Paging::page));
  BOOST_TEST(page.request.skip == 40U);
  BOOST_TEST(page.request.limit == 20U);
  const ListQuery first = parse_list_query("_per_page=20");
  BOOST_TEST((first.paging == Paging::page));
  BOOST_TEST(first.request.limit == 20U);
  BOOST_TEST(wrong("_per_page=1001") == Texts{"_per_page"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_per_page=1&_limit=1") == Texts{"_limit"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_per_page=1&after=1") == Texts{"_per_page"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_per_page=1&_start=1") == Texts{"_start"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(users_are_sorted_by_any_members_and_last_by_their_ids) {
  using Keys = std::vector<storage::SortKey>;
  const auto check = [](std::string_view query, const Keys& keys, bool descending) {
    const ListQuery asked = parse_list_query(query);
    BOOST_TEST(asked.errors.empty(), query);
    BOOST_TEST((asked.request.order == keys), query);
    BOOST_TEST(asked.request.descending == descending, query);
  };
  check("_sort=id", {}, false);
  check("_sort=-id", {}, true);
  check("_sort=&_order=", {}, false);
  check("_order=desc", {}, true);
  check("_sort=email", {{2, false}}, false);
  check("_sort=-email", {{2, true}}, false);
  check("_sort=email&_order=DESC", {{2, true}}, false);
  check("_sort=last-name,-first-name", {{0, false}, {1, true}}, false);
  check("_sort=last-name,first-name,id&_order=desc,asc,desc", {{0, true}, {1, false}}, true);
  check("_sort=last-name,first-name&_order=desc", {{0, true}, {1, false}}, false);
  check("_sort=first-name,last-name,email,-id", {{1, false}, {0, false}, {2, false}}, true);
  check("_sort=id,-email,email", {}, false);
  check("_sort=email,-email", {{2, false}}, false);
  for (const char* bad : {"_sort=age", "_sort=-", "_sort=email,", "_sort=Email", "_sort=--id",
                          "_sort=id,id,id,id,id"}) {
    BOOST_TEST(wrong(bad) == Texts{"_sort"}, boost::test_tools::per_element());
  }
  for (const char* bad : {"_sort=-id&_order=asc", "_sort=email,-id&_order=asc", "_order=asc,",
                          "_order=asc,asc,asc,asc,asc"}) {
    BOOST_TEST(wrong(bad) == Texts{"_order"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(in_the_order_of_a_member_10000_users_can_be_skipped) {
  for (const std::uint64_t skip : {9'999U, 10'000U, 10'001U}) {
    const std::size_t errors = skip > storage::max_sorted_skip ? 1 : 0;
    const std::string by_start = "_start=" + std::to_string(skip);
    BOOST_TEST(wrong(by_start).empty());
    BOOST_TEST(wrong("_sort=-id&" + by_start).empty());
    BOOST_TEST(wrong("_sort=email&" + by_start).size() == errors);
    const std::string by_page = "_limit=1&_page=" + std::to_string(skip + 1);
    BOOST_TEST(wrong(by_page).empty());
    BOOST_TEST(wrong("_sort=email&" + by_page).size() == errors);
  }
}

BOOST_AUTO_TEST_CASE(what_is_known_elsewhere_is_refused_with_what_to_use_here) {
  for (const char* name : {"_embed", "_expand", "_where", "callback"}) {
    const std::vector<QueryError> errors = parse_list_query(std::string(name) + "=x").errors;
    BOOST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(errors[0].detail.starts_with("is not supported: "));
  }
}

BOOST_AUTO_TEST_CASE(what_is_unknown_malformed_twice_or_contradictory_is_named) {
  BOOST_TEST(wrong("foo=1&bar") == (Texts{"foo", "bar"}), boost::test_tools::per_element());
  BOOST_TEST(wrong("Limit=1") == Texts{"Limit"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("id=0&id=x&id=9007199254740992") == (Texts{"id", "id", "id"}),
             boost::test_tools::per_element());
  BOOST_TEST(wrong("email=%ff") == Texts{"email"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("limit=1&limit=1") == Texts{"limit"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("limit=1&_page=2") == Texts{"_page"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("after=1&_start=2&_end=3") == (Texts{"_start", "_end"}),
             boost::test_tools::per_element());
  BOOST_TEST(wrong("_page=1&_start=2") == Texts{"_start"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_limit=1&_end=2") == Texts{"_limit"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_sort=age") == Texts{"_sort"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_order=up") == Texts{"_order"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("_page=0") == Texts{"_page"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("after=-1") == Texts{"after"}, boost::test_tools::per_element());
  BOOST_TEST(wrong("foo=1&limit=0") == (Texts{"foo", "limit"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_query_has_8_searches_and_64_values_of_members) {
  const auto errors_of = [](std::size_t values, const std::vector<std::string>& names) {
    std::string query;
    for (std::size_t i = 0; i < values; ++i) query += "&" + names[i % names.size()] + "=a";
    return parse_list_query(query).errors;
  };
  for (const std::size_t beyond : {-1, 0, 1, 2}) {
    const bool over = beyond == 1 || beyond == 2;
    const auto searches = errors_of(max_search_values + beyond, {"q"});
    const auto members =
        errors_of(max_member_values + beyond, {"email", "last-name", "first-name"});
    BOOST_TEST(searches.size() == (over ? 1U : 0U));
    BOOST_TEST(members.size() == (over ? 1U : 0U));
    if (over) BOOST_TEST(searches[0].parameter == "q");
  }
}

BOOST_AUTO_TEST_CASE(up_to_1000_users_asked_for_by_id_come_in_one_page) {
  for (const std::size_t count : {1U, 101U, 999U, 1'000U, 1'001U, 1'002U}) {
    std::string query;
    for (std::size_t id = 1; id <= count; ++id) query += "&id=" + std::to_string(id);
    const ListQuery asked = parse_list_query(query);
    BOOST_TEST(asked.errors.size() == (count > max_asked_ids ? 1U : 0U));
    BOOST_TEST(asked.request.filter.ids.size() == std::min(count, max_asked_ids));
    BOOST_TEST(asked.request.limit >= std::min(count, max_asked_ids));
    if (count > max_asked_ids) BOOST_TEST(asked.errors[0].parameter == "id");
  }
}

BOOST_AUTO_TEST_CASE(a_query_by_id_that_sets_a_page_s_size_gets_it) {
  BOOST_TEST(parse_list_query("id=1&id=2&limit=1").request.limit == 1U);
  BOOST_TEST(parse_list_query("id=1&id=2&_limit=1").request.limit == 1U);
  BOOST_TEST(parse_list_query("id=1&id=2&_page=1").request.limit == 10U);
  BOOST_TEST(parse_list_query("id=1&id=2&_start=0&_end=1").request.limit == 1U);
}

BOOST_AUTO_TEST_CASE(an_error_repeats_64_octets_of_a_name_and_no_half_character) {
  for (const std::size_t size : {63U, 64U, 65U}) {
    BOOST_TEST(wrong(std::string(size, 'x')).front().size() == std::min<std::size_t>(size, 64));
  }
  BOOST_TEST(wrong(std::string(63, 'x') + "%C5%81").front() == std::string(63, 'x'));
  BOOST_TEST(wrong("%ff=1").front() == "?");
}

BOOST_AUTO_TEST_CASE(no_more_than_16_errors_are_named) {
  for (const std::size_t count : {15U, 16U, 17U}) {
    std::string query;
    for (std::size_t i = 0; i < count; ++i) query += "x&";
    BOOST_TEST(wrong(query).size() == std::min<std::size_t>(count, 16));
  }
}

BOOST_AUTO_TEST_CASE(what_keeps_caches_from_answering_is_ignored) {
  BOOST_TEST(wrong("_=1700000000000&limit=1&_=2").empty());
  BOOST_TEST(refuse_parameters("_=1").empty());
  BOOST_TEST(refuse_parameters("_=1&limit=1").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
