#include "storage/postgres/offline_users.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "storage/migrate.hpp"
#include "storage/offline_store.hpp"
#include "tests/postgres/cluster.hpp"
#include "tests/storage/store_contract.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/ended.hpp"

/// A database for commands that are no server: import, export, migrate.
namespace rollcall::storage {
namespace {

using Missing = OfflineStore::Missing;
using Reason = OpenFailure::Reason;

UserList list(std::initializer_list<UserId> ids) {
  UserList users;
  for (const UserId id : ids) users.append(id, {"L", "F", std::to_string(id) + "@x.org"});
  return users;
}

struct Database {
  /// As a shell does, in a directory of its own, with the program as $R and the database as $P.
  tests::Ended run(const std::string& words) const {
    tests::Program program("/bin/sh",
                           {"-c", "cd " + directory.path().string() + " && R=" + ROLLCALL_PROGRAM +
                                      " && P='" + url + "' && " + words},
                           {});
    return tests::end_of(program);
  }

  const tests::TemporaryDirectory directory;
  const std::string schema = tests::shared_cluster().new_schema();
  const std::string url = tests::shared_cluster().url(schema);
  std::string query(const std::string& what) const {
    return tests::shared_cluster().query("SET search_path TO " + schema + "; " + what);
  }
};

Reason reason_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const StoreOpenError& error) {
    return error.failure().reason;
  }
  BOOST_FAIL("it is opened");
  return {};
}

void close(OfflineStore& store) {
  std::string error;
  BOOST_TEST(store.close(error), error);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(offline_users, Database)

BOOST_AUTO_TEST_CASE(users_keep_their_ids_and_instances_serve_them_and_give_out_larger_ones) {
  {
    OfflineStore store(url, Missing::make, {});
    BOOST_TEST(store.last_id() == 0U);
    BOOST_TEST((store.create(list({5, 3, 1'000})) == Status::ok), store.last_error());
    BOOST_TEST((store.create(list({7})) == Status::ok), store.last_error());
    BOOST_TEST(store.contains(3));
    BOOST_TEST(store.contains(7));
    BOOST_TEST(!store.contains(4));
    BOOST_TEST((store.raise_last_id(2'000) == Status::ok));
    BOOST_TEST(store.last_id() == 2'000U);
    close(store);
  }
  const auto served = open_store(url, {}, {});
  BOOST_TEST(served->size() == 4U);
  BOOST_TEST(create(*served, {"A"})[0].id == 2'001U);
  std::string error;
  BOOST_TEST(served->close(error), error);
  OfflineStore store(url, Missing::refuse, {});
  BOOST_TEST(store.contains(2'001));
  const UserList& users = store.list_after(5);
  BOOST_REQUIRE(users.size() == 3U);
  BOOST_TEST(users.id(0) == 7U);
  BOOST_TEST(users.user(1).email == "1000@x.org");
  BOOST_TEST(store.list_after(2'001).size() == 0U);
  close(store);
}

BOOST_AUTO_TEST_CASE(a_batch_with_an_id_in_use_leaves_nothing_and_says_why) {
  OfflineStore store(url, Missing::make, {});
  BOOST_TEST((store.create(list({7})) == Status::ok));
  BOOST_TEST((store.create(list({8, 7})) == Status::io_error));
  BOOST_TEST(store.last_error().find("ids") != std::string::npos);
  BOOST_TEST(!store.contains(8));
  BOOST_TEST(store.last_id() == 7U);
  BOOST_TEST((store.create(list({8})) == Status::ok), store.last_error());
  BOOST_TEST(query("SELECT sum(users), (SELECT next FROM ids) FROM lanes") == "2|9\n");
  close(store);
}

BOOST_AUTO_TEST_CASE(ids_that_an_instance_has_taken_meanwhile_are_not_given_out_again) {
  OfflineStore store(url, Missing::make, {});
  const auto served = open_store(url, {}, {});
  BOOST_TEST(create(*served, {"A"})[0].id == 1U);
  BOOST_TEST((store.create(list({2})) == Status::io_error));
  BOOST_TEST(store.last_error().find("stop the instances") != std::string::npos);
  std::string error;
  BOOST_TEST(served->close(error), error);
  close(store);
}

BOOST_AUTO_TEST_CASE(an_instance_gives_no_ids_back_that_an_import_has_used) {
  const auto served = open_store(url, {}, {});
  BOOST_TEST(create(*served, {"A"})[0].id == 1U);
  // One of those that the instance has taken, and not used yet.
  OfflineStore store(url, Missing::make, {});
  BOOST_TEST((store.create(list({500})) == Status::ok), store.last_error());
  std::string error;
  BOOST_TEST(served->close(error), error);
  BOOST_TEST(query("SELECT next FROM ids") == "1001\n");
  close(store);
}

BOOST_AUTO_TEST_CASE(a_listing_shows_one_moment) {
  OfflineStore writer(url, Missing::make, {});
  BOOST_TEST((writer.create(list({1})) == Status::ok));
  OfflineStore reader(url, Missing::refuse, {});
  BOOST_TEST(reader.last_id() == 1U);
  BOOST_TEST((writer.create(list({2})) == Status::ok));
  BOOST_TEST(reader.list_after(0).size() == 1U);
  close(reader);
  close(writer);
}

BOOST_AUTO_TEST_CASE(a_database_that_is_lost_is_told) {
  OfflineStore store(url, Missing::make, {});
  BOOST_TEST((store.create(list({1})) == Status::ok));
  query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
      "application_name = 'rollcall'");
  BOOST_TEST((store.create(list({2})) == Status::unavailable));
  BOOST_TEST(store.last_error().find("lost") != std::string::npos);
  BOOST_CHECK_THROW(store.contains(2), std::runtime_error);
  std::string error;
  BOOST_TEST(!store.close(error));
}

BOOST_AUTO_TEST_CASE(a_database_without_tables_is_not_listed_but_made_by_migrate) {
  BOOST_TEST((reason_of([&] { OfflineStore(url, Missing::refuse, {}); }) == Reason::no_tables));
  BOOST_TEST(migrate(url, false, {}) == 1);
  BOOST_TEST(migrate(url, true, {}) == 1);
  BOOST_TEST((reason_of([&] { migrate(url, false, {}); }) == Reason::emails_are_unique));
  OfflineStore store(url, Missing::refuse, {});
  BOOST_TEST(store.list_after(0).size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_taken_is_said_without_the_address) {
  migrate(url, true, {});
  OfflineStore store(url, Missing::make, {});
  BOOST_TEST((store.create(list({1})) == Status::ok));
  UserList same;
  same.append(2, {"L", "F", "1@X.ORG"});
  BOOST_TEST((store.create(same) == Status::email_taken));
  BOOST_TEST(store.last_error().find("an address is another user's") != std::string::npos);
  BOOST_TEST(store.last_error().find("x.org") == std::string::npos);
  close(store);
}

BOOST_AUTO_TEST_CASE(an_import_leaves_out_only_those_whose_address_is_taken_and_names_their_lines) {
  const tests::Ended imported =
      run("$R migrate --unique-email --store $P && for i in 1 2 3 4 5 6; do echo '{\"id\":'$i"
          "',\"last-name\":\"L\",\"first-name\":\"F\",\"email\":\"'$((i % 4))'@x.org\"}'; done | "
          "$R import - --store $P");
  BOOST_TEST(imported.code == 3, imported.err);
  BOOST_TEST(imported.err.find("refused line 5 (id 5): /email belongs to another user") !=
                 std::string::npos,
             imported.err);
  BOOST_TEST(imported.err.find("refused line 6 (id 6)") != std::string::npos, imported.err);
  BOOST_TEST(imported.err.find("x.org") == std::string::npos, imported.err);
  BOOST_TEST(query("SELECT count(*), sum(id), (SELECT sum(users) FROM lanes) FROM users") ==
             "4|10|4\n");
}

BOOST_AUTO_TEST_CASE(users_move_from_a_file_to_a_database_and_back_by_the_commands) {
  {
    OfflineStore file("sqlite:" + directory.file("a.db"), Missing::make, {});
    BOOST_TEST((file.create(list({4, 9, 10})) == Status::ok));
    BOOST_TEST((file.raise_last_id(20) == Status::ok));
    close(file);
  }
  const tests::Ended made = run("$R migrate --store $P");
  BOOST_TEST(made.code == 0, made.err);
  const tests::Ended moved =
      run("$R export --store sqlite:a.db > a && $R import a --store $P && $R export --store $P > b "
          "&& cmp a b && $R import b --store sqlite:b.db && $R export --store sqlite:b.db | cmp a");
  BOOST_TEST(moved.code == 0, moved.err);
  BOOST_TEST(query("SELECT next FROM ids") == "21\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
