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
