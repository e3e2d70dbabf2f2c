#include "protocol/list_filter.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {
namespace {

using storage::Comparison;
using storage::Member;
using storage::Relation;
using Texts = std::vector<std::string>;

constexpr std::size_t last_name = storage::index_of(Member::last_name);
constexpr std::size_t email = storage::index_of(Member::email);

struct Read {
  storage::UserFilter filter;
  std::vector<QueryError> errors;
};

Read read(std::vector<std::pair<std::string, std::string>> parameters) {
  Read result;
  QueryErrors errors;
  FilterReader reader(result.filter, errors);
  for (auto& [name, value] : parameters) BOOST_TEST(reader.take(name, value), name);
  result.errors = errors.take();
  for (const QueryError& each : result.errors) {
    BOOST_TEST(each.detail.size() <= max_query_detail_octets);
  }
  return result;
}

/// The only requirement that the parameters make.
storage::Requirement one(std::vector<std::pair<std::string, std::string>> parameters) {
  const Read result = read(std::move(parameters));
  BOOST_TEST(result.errors.empty());
  BOOST_REQUIRE(result.filter.requirements.size() == 1U);
  return result.filter.requirements.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(list_filter)

BOOST_AUTO_TEST_CASE(an_operator_is_written_as_in_either_json_server) {
  const std::pair<const char*, Relation> rows[] = {
      {"ne", Relation::differs},        {"lt", Relation::less},
      {"lte", Relation::at_most},       {"gt", Relation::greater},
      {"gte", Relation::at_least},      {"like", Relation::contains},
      {"contains", Relation::contains}, {"startsWith", Relation::begins_with},
      {"endsWith", Relation::ends_with}};
  for (const auto& [name, relation] : rows) {
    for (const std::string separator : {"_", ":"}) {
      const auto wanted = storage::Requirement{last_name, {{relation, "Me", 0}}};
      BOOST_TEST((one({{"last-name" + separator + name, "Me"}}) == wanted), name);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_id_is_compared_as_a_number_and_searched_as_digits) {
  BOOST_TEST((one({{"id_gte", "10"}}) ==
              storage::Requirement{storage::id_subject, {{Relation::at_least, "", 10}}}));
  BOOST_TEST((one({{"id_ne", "0"}}) ==
              storage::Requirement{storage::id_subject, {{Relation::differs, "", 0}}}));
  BOOST_TEST((one({{"id:contains", "10"}}) ==
              storage::Requirement{storage::id_subject, {{Relation::contains, "10", 0}}}));
  for (const char* value : {"", "x", "-1", "1.5", "9007199254740992"}) {
    BOOST_TEST(read({{"id_lte", value}}).errors.size() == 1U, value);
  }
}

BOOST_AUTO_TEST_CASE(of_one_operator_given_twice_one_must_hold_but_each_must_differ) {
  const Read either = read({{"email_like", "a"}, {"email_like", "b"}, {"email_gte", "c"}});
  BOOST_REQUIRE(either.filter.requirements.size() == 2U);
  BOOST_TEST(either.filter.requirements[0].any.size() == 2U);
  const Read both = read({{"email_ne", "a"}, {"email:ne", "b"}});
  BOOST_REQUIRE(both.filter.requirements.size() == 2U);
  BOOST_TEST(both.filter.requirements[1].any.front().text == "b");
}

BOOST_AUTO_TEST_CASE(eq_and_in_ask_for_exact_values) {
  const Read result = read({{"last-name:in", "A,B b,"}, {"email_eq", "c"}, {"id:in", "7,3"}});
  BOOST_TEST(result.errors.empty());
  BOOST_TEST(result.filter.requirements.empty());
  BOOST_TEST(result.filter[Member::last_name] == (Texts{"A", "B b", ""}),
             boost::test_tools::per_element());
  BOOST_TEST(result.filter[Member::email] == Texts{"c"}, boost::test_tools::per_element());
  BOOST_TEST(result.filter.ids == (std::vector<storage::UserId>{7, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(read({{"id:in", "7,x"}}).errors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(like_takes_a_text_its_ends_and_escaped_signs_and_no_other_expression) {
  const auto pattern = [](const char* value) { return one({{"email_like", value}}).any.front(); };
  BOOST_TEST((pattern("a.b@c") == Comparison{Relation::contains, "a.b@c", 0}));
  BOOST_TEST((pattern("^a") == Comparison{Relation::begins_with, "a", 0}));
  BOOST_TEST((pattern("a$") == Comparison{Relation::ends_with, "a", 0}));
  BOOST_TEST((pattern("^a$") == Comparison{Relation::same_letters, "a", 0}));
  BOOST_TEST((pattern("a\\.b\\+\\$") == Comparison{Relation::contains, "a.b+$", 0}));
  for (const char* value : {"a*", "a+", "a?", "(a", "a)", "[a", "a]", "a{", "a}", "a|b", "a^", "$a",
                            "\\d", "\\", "^^"}) {
    BOOST_TEST(read({{"email_like", value}}).errors.size() == 1U, value);
  }
  BOOST_TEST(
      (one({{"email:contains", "^a+$"}}).any.front() == Comparison{Relation::contains, "^a+$", 0}));
}

BOOST_AUTO_TEST_CASE(what_begins_with_no_member_is_no_filter_and_an_unknown_operator_is_an_error) {
  storage::UserFilter filter;
  QueryErrors errors;
  FilterReader reader(filter, errors);
  std::string value = "1";
  for (const char* name :
       {"", "_", ":", "_like", "age_like", "age", "q_like", "email.x", "Email"}) {
    BOOST_TEST(!reader.take(name, value), name);
  }
  BOOST_TEST(errors.empty());
  for (const char* name : {"email_", "email:", "email_foo", "id_foo", "email_LIKE"}) {
    BOOST_TEST(read({{name, "1"}}).errors.size() == 1U, name);
  }
}

BOOST_AUTO_TEST_CASE(comparisons_count_among_64_values) {
  for (const std::size_t count : {63U, 64U, 65U}) {
    std::vector<std::pair<std::string, std::string>> parameters{{"last-name:in", "a,b"}};
    for (std::size_t i = 2; i < count; ++i) {
      parameters.emplace_back(i % 2 == 0 ? "email_ne" : "id_lt", "5");
    }
    BOOST_TEST(read(parameters).errors.size() == (count > max_member_values ? 1U : 0U));
  }
  BOOST_TEST((one({{"email_ne", "a"}}).subject == email));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
