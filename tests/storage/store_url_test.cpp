#include "storage/store_url.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(store_url)

BOOST_AUTO_TEST_CASE(only_names_of_stores_are_names_of_stores) {
  for (const char* name : {"memory:", "sqlite:a.db", "postgresql://h/d", "postgres://h/d"}) {
    BOOST_TEST(is_store_url(name), name);
  }
  for (const char* name : {"", "a.db", "sqlite:", "sqlite::memory:", "postgresql:h", "mysql://h"}) {
    BOOST_TEST(!is_store_url(name), name);
  }
}

BOOST_AUTO_TEST_CASE(only_a_file_has_a_path) {
  BOOST_TEST(sqlite_path("sqlite:a b.db") == "a b.db");
  for (const char* name : {"memory:", "postgresql://h/d", "a.db"}) {
    BOOST_CHECK_THROW(sqlite_path(name), StoreOpenError);
  }
}

BOOST_AUTO_TEST_CASE(libpq_does_not_see_the_parameter_that_asks_for_ordered_ids) {
  const std::pair<const char*, const char*> ordered[] = {
      {"postgresql://h/d?ids=ordered", "postgresql://h/d"},
      {"postgresql://h/d?ids=ordered&a=b", "postgresql://h/d?a=b"},
      {"postgresql://h/d?a=b&ids=ordered", "postgresql://h/d?a=b"},
      {"postgresql://h/d?a=b&ids=ordered&c=d", "postgresql://h/d?a=b&c=d"},
      {"postgresql://h/d?ids=ordered&ids=ordered", "postgresql://h/d"}};
  for (const auto& [given, rest] : ordered) {
    BOOST_TEST(has_ordered_ids(given), given);
    BOOST_TEST(connection_url(given) == rest);
  }
  for (const std::string given :
       {"postgresql://h/d", "postgresql://h/d?ids=random", "postgresql://h/d?ids=ordered1",
        "postgresql://h/d?a=ids=ordered", "postgresql://h/ids=ordered"}) {
    BOOST_TEST(!has_ordered_ids(given), given);
    BOOST_TEST(connection_url(given) == given);
  }
}

BOOST_AUTO_TEST_CASE(a_failure_says_nothing_of_a_password_that_libpq_took_for_something_else) {
  using Reason = OpenFailure::Reason;
  const OpenFailure failure{.reason = Reason::database_not_reached, .detail = "no host cret"};
  BOOST_TEST(shown_failure("postgresql://u:se/cret@h/d", failure).detail.find("cret") ==
             std::string::npos);
  BOOST_TEST(shown_failure("postgresql://u@h/d", failure).detail == "no host cret");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
