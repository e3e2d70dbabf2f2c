#include "storage/local/unique_emails.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(unique_emails)

BOOST_AUTO_TEST_CASE(an_address_is_taken_once_whatever_the_case_of_its_ascii_letters) {
  UniqueEmails emails;
  BOOST_TEST(emails.add("a@b.c"));
  BOOST_TEST(!emails.add("A@B.C"));
  BOOST_TEST(emails.add("\xc3\xa9@b.c"));
  BOOST_TEST(emails.add("\xc3\x89@b.c"));
  emails.remove("A@b.c");
  BOOST_TEST(emails.add("a@b.c"));
}

BOOST_AUTO_TEST_CASE(a_user_may_keep_its_address_or_take_a_free_one) {
  UniqueEmails emails;
  emails.add("a@b.c");
  emails.add("x@b.c");
  BOOST_TEST(emails.replace("a@b.c", "A@b.c"));
  BOOST_TEST(!emails.replace("a@b.c", "x@b.c"));
  BOOST_TEST(emails.replace("a@b.c", "new@b.c"));
  BOOST_TEST(emails.add("a@b.c"));
}

BOOST_AUTO_TEST_CASE(what_is_dropped_never_was_and_what_is_kept_stays) {
  UniqueEmails emails;
  emails.add("kept@b.c");
  emails.keep();
  emails.add("a@b.c");
  emails.replace("kept@b.c", "b@b.c");
  emails.remove("b@b.c");
  emails.drop();
  BOOST_TEST(!emails.add("kept@b.c"));
  BOOST_TEST(emails.add("a@b.c"));
  BOOST_TEST(emails.add("b@b.c"));
}

BOOST_AUTO_TEST_CASE(users_that_share_an_address_are_told_by_their_ids) {
  Table table;
  for (UserId id = 1; id <= 10'000; ++id) {
    const std::string email = "user" + std::to_string(id) + "@b.c";
    BOOST_REQUIRE(table.insert(id, {"L", "F", email}));
  }
  {
    UniqueEmails emails;
    BOOST_TEST(emails.load(table).empty());
    BOOST_TEST(!emails.add("USER10000@b.c"));
  }
  BOOST_REQUIRE(table.insert(20'000, {"L", "F", "User7@B.c"}));
  BOOST_REQUIRE(table.insert(20'001, {"L", "F", "user9@b.c"}));
  for (UserId id = 30'000; id < 30'010; ++id) {
    BOOST_REQUIRE(table.insert(id, {"L", "F", "user9@b.c"}));
  }
  UniqueEmails emails;
  const auto groups = emails.load(table);
  BOOST_REQUIRE(groups.size() == 2U);
  const std::vector<UserId> seven{7, 20'000};
  const std::vector<UserId> nine{9, 20'001, 30'000, 30'001, 30'002};
  BOOST_TEST(
      ((groups[0] == seven && groups[1] == nine) || (groups[1] == seven && groups[0] == nine)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
