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

BOOST_AUTO_TEST_CASE(a_failure_says_nothing_of_a_password_that_libpq_took_for_something_else) {
  using Reason = OpenFailure::Reason;
  const OpenFailure failure{.reason = Reason::database_not_reached, .detail = "no host cret"};
  BOOST_TEST(shown_failure("postgresql://u:se/cret@h/d", failure).detail.find("cret") ==
             std::string::npos);
  BOOST_TEST(shown_failure("postgresql://u@h/d", failure).detail == "no host cret");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
