#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>
#include <thread>
#include <vector>

#include "storage/open_store.hpp"
#include "tests/postgres/cluster.hpp"
#include "tests/storage/store_contract.hpp"

/// What is looked at before a database is used.
namespace rollcall::storage {
namespace {

using Reason = OpenFailure::Reason;

std::string fresh_url() {
  return tests::shared_cluster().url(tests::shared_cluster().new_schema());
}

/// How opening fails.
OpenFailure failure_of(const std::string& url, const StoreRules& rules = {}) {
  try {
    open_store(url, {.rules = rules}, {});
  } catch (const StoreOpenError& error) {
    return error.failure();
  }
  BOOST_FAIL("it is opened");
  return {};
}

void close(Store& store) {
  std::string error;
  BOOST_TEST(store.close(error), error);
}

StoreRules unique() {
  StoreRules rules;
  rules.unique_email = true;
  return rules;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(opening)

BOOST_AUTO_TEST_CASE(a_database_that_may_lose_what_it_acknowledged_is_refused) {
  for (const char* setting : {"off", "local"}) {
    const OpenFailure failure = failure_of(fresh_url() + "%20-csynchronous_commit%3D" + setting);
    BOOST_TEST((failure.reason == Reason::database_settings));
    BOOST_TEST(failure.detail.find(setting) != failure.detail.npos);
  }
  const OpenFailure failure =
      failure_of(fresh_url() + "%20-cdefault_transaction_isolation%3Dserializable");
  BOOST_TEST((failure.reason == Reason::database_settings));
}

BOOST_AUTO_TEST_CASE(a_database_without_fsync_is_refused) {
  tests::shared_cluster();
  const tests::PostgresCluster cluster("fsync = off");
  BOOST_TEST((failure_of(cluster.url("public")).reason == Reason::database_settings));
}

BOOST_AUTO_TEST_CASE(instances_that_start_together_make_the_tables_once_and_have_a_lane_each) {
  const std::string url = fresh_url();
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<Store>> stores(6);
  for (auto& each : stores) threads.emplace_back([&] { each = open_store(url, {}, {}); });
  for (std::thread& each : threads) each.join();
  std::set<UserId> ids;
  for (const auto& each : stores) {
    for (const WriteOperation& operation : create(*each, {"A", "B"})) ids.insert(operation.id);
  }
  BOOST_TEST(ids.size() == 12U);
  for (const auto& each : stores) close(*each);
}

BOOST_AUTO_TEST_CASE(a_lane_and_unused_ids_are_given_back_in_the_end) {
  const std::string schema = tests::shared_cluster().new_schema();
  const std::string url = tests::shared_cluster().url(schema);
  for (UserId expected = 1; expected <= 3; ++expected) {
    const auto store = open_store(url, {}, {});
    BOOST_TEST(store->size() == expected - 1);
    BOOST_TEST(create(*store, {"A"})[0].id == expected);
    close(*store);
  }
  BOOST_TEST(tests::shared_cluster().query("SELECT count(*), sum(users) FROM " + schema +
                                           ".lanes") == "1|3\n");
}

BOOST_AUTO_TEST_CASE(a_store_that_is_closed_has_no_figures_and_nothing_to_end) {
  const auto store =
      open_store(tests::shared_cluster().url(tests::shared_cluster().new_schema()), {}, {});
  create(*store, {"A"});
  BOOST_TEST(store->figures().users == 1U);
  close(*store);
  BOOST_TEST(store->figures().users == 0U);
  BOOST_TEST(store->figures().keys == 0U);
  store->end_within(std::chrono::milliseconds(0));
}

BOOST_AUTO_TEST_CASE(a_newer_schema_that_this_program_does_not_know_is_refused) {
  const std::string schema = tests::shared_cluster().new_schema();
  const std::string url = tests::shared_cluster().url(schema);
  close(*open_store(url, {}, {}));
  const auto set = [&](const std::string& what) {
    tests::shared_cluster().query("UPDATE " + schema + ".rollcall_schema SET " + what);
  };
  set("version = 2");
  close(*open_store(url, {}, {}));
  set("oldest = 2");
  const OpenFailure failure = failure_of(url);
  BOOST_TEST((failure.reason == Reason::newer_schema));
  BOOST_TEST(failure.found == 2);
}

BOOST_AUTO_TEST_CASE(tables_of_somebody_else_are_left_alone) {
  const std::string schema = tests::shared_cluster().new_schema();
  tests::shared_cluster().query("CREATE TABLE " + schema + ".users (mine text)");
  const OpenFailure failure = failure_of(tests::shared_cluster().url(schema));
  BOOST_TEST((failure.reason == Reason::database_failed));
  BOOST_TEST(failure.detail.find("users") != failure.detail.npos, failure.detail);
}

BOOST_AUTO_TEST_CASE(shared_addresses_are_refused_by_ids_and_uniqueness_is_of_all_instances) {
  const std::string url = fresh_url();
  {
    const auto store = open_store(url, {}, {});
    for (const char* email : {"a@b.c", "x@b.c", "A@B.c"}) {
      WriteOperation operation;
      operation.user = {"L", "F", email};
      BOOST_TEST((write(*store, operation) == Status::ok));
    }
    close(*store);
  }
  const std::vector<std::vector<UserId>> shared{{1, 3}};
  const OpenFailure failure = failure_of(url, unique());
  BOOST_TEST((failure.reason == Reason::shared_emails));
  BOOST_TEST((failure.ids == shared));
  const auto careless = open_store(url, {}, {});
  BOOST_TEST((remove(*careless, 3) == Status::ok));
  const auto strict = open_store(url, {.rules = unique()}, {});
  for (Store* const each : {careless.get(), strict.get()}) {
    WriteOperation operation;
    operation.user = {"L", "F", "X@b.c"};
    BOOST_TEST((write(*each, operation) == Status::email_taken));
  }
  BOOST_TEST((failure_of(url).reason == Reason::emails_are_unique));
  close(*careless);
  close(*strict);
}

BOOST_AUTO_TEST_CASE(no_password_is_told) {
  const OpenFailure failure =
      failure_of("postgresql://someone:secret@%2Fnowhere:1/x?sslpassword=secret&connect_timeout=1");
  BOOST_TEST((failure.reason == Reason::database_not_reached));
  BOOST_TEST(failure.path ==
             "postgresql://someone:***@%2Fnowhere:1/x?sslpassword=***&connect_timeout=1");
  BOOST_TEST(failure.detail.find("secret") == failure.detail.npos, failure.detail);
  const OpenFailure unreadable = failure_of("postgresql://someone:secret@h:port/x?nonsense=secret");
  BOOST_TEST(unreadable.detail.find("secret") == unreadable.detail.npos, unreadable.detail);
}

BOOST_AUTO_TEST_CASE(a_password_that_is_not_escaped_or_has_an_escaped_name_is_not_told) {
  for (const char* url :
       {"postgresql://u:sec/ret@%2Fnowhere/x", "postgresql://u:sec?ret@%2Fn/x",
        "postgresql://u:sec@ret@%2Fnowhere/x", "postgres://u:a/sec@ret@%2Fn/x",
        "postgresql://%2Fnowhere/x?password=sec@ret", "postgresql://%2Fnowhere/x?pass%77ord=secret",
        "postgresql://%2Fnowhere/x?PASSWORD=secret",
        "postgresql://%2Fnowhere/x?password=a&secret"}) {
    BOOST_TEST_CONTEXT(url) {
      const std::string shown = shown_store(url);
      BOOST_TEST(shown.find("sec") == shown.npos, shown);
      BOOST_TEST(shown.find("ret") == shown.npos, shown);
    }
  }
  BOOST_TEST(shown_store("postgresql://u@h/x?sslmode=require&user=v") ==
             "postgresql://u@h/x?sslmode=require&user=v");
  const OpenFailure failure = failure_of("postgresql://u:sec/ret@127.0.0.1/x");
  BOOST_TEST((failure.reason == Reason::database_not_reached));
  BOOST_TEST(failure.detail.find("sec") == failure.detail.npos, failure.detail);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
