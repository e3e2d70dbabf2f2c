#include "storage/local/matcher.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage {
namespace {

const UserView meere{"Meere", "John", "johnm@gmail.com"};

}  // namespace

BOOST_AUTO_TEST_SUITE(matcher)

BOOST_AUTO_TEST_CASE(an_empty_filter_means_every_user) {
  const UserFilter filter;
  BOOST_TEST(filter.all());
  BOOST_TEST(Matcher(filter).matches(1, meere));
}

BOOST_AUTO_TEST_CASE(one_of_each_list_must_be_equal_to_the_octet) {
  UserFilter filter;
  filter[Member::last_name] = {"Other", "Meere"};
  BOOST_TEST(!filter.all());
  BOOST_TEST(Matcher(filter).matches(1, meere));
  filter[Member::email] = {"JOHNM@gmail.com"};
  BOOST_TEST(!Matcher(filter).matches(1, meere));
  filter[Member::email].push_back("johnm@gmail.com");
  BOOST_TEST(Matcher(filter).matches(1, meere));
  filter[Member::first_name] = {"Joh"};
  BOOST_TEST(!Matcher(filter).matches(1, meere));
}

BOOST_AUTO_TEST_CASE(a_substring_is_looked_for_in_any_member_and_the_id_without_case) {
  for (const char* part : {"meere", "eer", "ohn", "@gmail.", "com", "4711", "71", ""}) {
    UserFilter filter;
    filter.substrings.emplace_back(part);
    BOOST_TEST(Matcher(filter).matches(4'711, meere), part);
  }
  for (const char* part : {"meerej", "comm", "12", "xyz"}) {
    UserFilter filter;
    filter.substrings.emplace_back(part);
    BOOST_TEST(!Matcher(filter).matches(4'711, meere), part);
    filter.substrings.emplace_back("john");
    BOOST_TEST(Matcher(filter).matches(4'711, meere), part);
  }
}

BOOST_AUTO_TEST_CASE(a_requirement_holds_if_one_of_its_comparisons_does) {
  const std::size_t last = index_of(Member::last_name);
  const auto holds = [&](std::size_t subject, std::vector<Comparison> any) {
    UserFilter filter;
    filter.requirements.push_back({subject, std::move(any)});
    BOOST_TEST(!filter.all());
    return Matcher(filter).matches(4'711, meere);
  };
  const auto text = [&](Relation relation, const char* value) {
    return holds(last, {{relation, value, 0}});
  };
  BOOST_TEST(text(Relation::differs, "meere"));
  BOOST_TEST(!text(Relation::differs, "Meere"));
  BOOST_TEST((text(Relation::less, "Meera") == false && text(Relation::less, "Meeres")));
  BOOST_TEST((!text(Relation::less, "Meere") && text(Relation::at_most, "Meere")));
  BOOST_TEST((!text(Relation::greater, "Meere") && text(Relation::at_least, "Meere")));
  BOOST_TEST((text(Relation::greater, "Meer") && !text(Relation::at_least, "meere")));
  BOOST_TEST((text(Relation::contains, "EER") && !text(Relation::contains, "john")));
  BOOST_TEST((text(Relation::begins_with, "mEE") && !text(Relation::begins_with, "eer")));
  BOOST_TEST((text(Relation::ends_with, "ERE") && !text(Relation::ends_with, "eer")));
  BOOST_TEST((text(Relation::same_letters, "MEERE") && !text(Relation::same_letters, "Meer")));
  BOOST_TEST(!text(Relation::begins_with, "Meere and more"));
  BOOST_TEST(holds(last, {{Relation::less, "A", 0}, {Relation::greater, "M", 0}}));
  BOOST_TEST(!holds(last, {{Relation::less, "A", 0}, {Relation::greater, "N", 0}}));
  const auto number = [&](Relation relation, UserId id) {
    return holds(id_subject, {{relation, "", id}});
  };
  BOOST_TEST((number(Relation::less, 10'000) && !number(Relation::less, 4'711)));
  BOOST_TEST((number(Relation::at_most, 4'711) && !number(Relation::greater, 4'711)));
  BOOST_TEST((number(Relation::at_least, 900) && !number(Relation::differs, 4'711)));
  BOOST_TEST(holds(id_subject, {{Relation::begins_with, "47", 0}}));
  BOOST_TEST(!holds(id_subject, {{Relation::ends_with, "47", 0}}));
}

BOOST_AUTO_TEST_CASE(searches_ignore_case_and_composition_in_any_script_and_exact_filters_do_not) {
  // The first name is decomposed.
  const UserView user{"Ägypten-Straße", "Zoe\xcc\x88 İnci", "Łukasz@пример.рф"};
  const auto finds = [&](const char* part) {
    UserFilter searched;
    searched.substrings = {part};
    UserFilter liked;
    liked.requirements = {{index_of(Member::last_name), {{Relation::contains, part, 0}}},
                          {index_of(Member::last_name), {{Relation::at_least, "A", 0}}}};
    const bool found = Matcher(searched).matches(1, user);
    BOOST_TEST((!Matcher(liked).matches(1, user) || found));
    return found;
  };
  for (const char* part : {"ägypten", "ÄGYPTEN", "A\xcc\x88GYPTEN", "STRASSE", "straße", "ZOË",
                           "zoe\xcc\x88", "łUKASZ", "ПРИМЕР.", "ten-s", "1"}) {
    BOOST_TEST(finds(part), part);
  }
  for (const char* part : {"agypten", "zoe", "lukasz", "2"}) BOOST_TEST(!finds(part), part);
  const auto last = [&](Relation relation, const char* text) {
    UserFilter filter;
    filter.requirements = {{index_of(Member::last_name), {{relation, text, 0}}}};
    return Matcher(filter).matches(1, user);
  };
  BOOST_TEST((last(Relation::begins_with, "äg") && last(Relation::ends_with, "SSE")));
  BOOST_TEST((last(Relation::same_letters, "ÄGYPTEN-STRASSE") && last(Relation::contains, "ÄG")));
  BOOST_TEST((!last(Relation::begins_with, "ag") && last(Relation::differs, "ägypten-straße")));
  UserFilter exact;
  exact[Member::first_name] = {"Zoë İnci"};
  BOOST_TEST(!Matcher(exact).matches(1, user));
  exact[Member::first_name] = {"Zoe\xcc\x88 İnci"};
  BOOST_TEST(Matcher(exact).matches(1, user));
}

BOOST_AUTO_TEST_CASE(where_addresses_are_unique_a_filter_compares_them_as_that_does) {
  const UserView user{"A", "B", "Bob@xn--bcher-kva.example"};
  const auto matches = [&](const UserView& one, const std::string& email, EmailMatch how) {
    UserFilter filter;
    filter[Member::email] = {"nobody@example.com", email};
    return Matcher(filter, how).matches(1, one);
  };
  for (const char* email :
       {"bob@xn--bcher-kva.example", "BOB@XN--BCHER-KVA.EXAMPLE", "Bob@bücher.example"}) {
    BOOST_TEST(matches(user, email, EmailMatch::as_unique), email);
    BOOST_TEST(!matches(user, email, EmailMatch::exact), email);
  }
  BOOST_TEST(matches({"A", "B", "bob@Bücher.example"}, "Bob@xn--bcher-kva.example",
                     EmailMatch::as_unique));
  BOOST_TEST(!matches(user, "bob@bucher.example", EmailMatch::as_unique));
  for (const std::size_t size : {253U, 254U, 255U, 8'000U}) {
    const std::string email = std::string(size - 2, 'a') + "@b";
    const std::string upper = std::string(size - 2, 'A') + "@b";
    BOOST_TEST(matches({"A", "B", email.substr(0, 254)}, upper, EmailMatch::as_unique) ==
               (size <= max_email_octets));
  }
  UserFilter none;
  none[Member::last_name] = {"A"};
  BOOST_TEST(Matcher(none, EmailMatch::as_unique).matches(1, user));
}

BOOST_AUTO_TEST_CASE(what_is_not_ascii_costs_more_to_search) {
  UserFilter filter;
  filter.substrings = {"x"};
  std::size_t ascii = 0;
  std::size_t beyond = 0;
  Matcher(filter).matches(1, {"Meere-Meere", "a", "b"}, ascii);
  Matcher(filter).matches(1,
                          {"Meere-Me\xc3\xa9"
                           "e",
                           "a", "b"},
                          beyond);
  BOOST_TEST(beyond > 2 * ascii);
}

BOOST_AUTO_TEST_CASE(every_requirement_must_hold) {
  UserFilter filter;
  filter.requirements = {{id_subject, {{Relation::at_least, "", 2}}},
                         {index_of(Member::email), {{Relation::contains, "GMAIL", 0}}}};
  BOOST_TEST(Matcher(filter).matches(2, meere));
  BOOST_TEST(!Matcher(filter).matches(1, meere));
  filter.substrings = {"nobody"};
  BOOST_TEST(!Matcher(filter).matches(2, meere));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
