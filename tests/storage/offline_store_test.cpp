#include "storage/offline_store.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {
namespace {

using Missing = OfflineStore::Missing;

UserList list(std::initializer_list<UserId> ids) {
  UserList users;
  for (const UserId id : ids) users.append(id, {"L", "F", std::to_string(id) + "@x.org"});
  return users;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(offline_store)

BOOST_AUTO_TEST_CASE(users_keep_their_ids_and_are_there_when_it_is_opened_again) {
  const tests::TemporaryDirectory directory;
  const std::string url = "sqlite:" + directory.file("a.db");
  std::string error;
  {
    OfflineStore store(url, Missing::make, {});
    BOOST_TEST((store.create(list({5, 3, 1'000'000})) == Status::ok));
    BOOST_TEST(store.last_id() == 1'000'000U);
    BOOST_TEST(store.close(error));
  }
  OfflineStore store(url, Missing::refuse, {});
  BOOST_TEST(store.last_id() == 1'000'000U);
  BOOST_TEST(store.contains(3));
  BOOST_TEST(!store.contains(4));
  const UserList& users = store.list_after(3);
  BOOST_REQUIRE(users.size() == 2U);
  BOOST_TEST(users.id(0) == 5U);
  BOOST_TEST(users.user(1).email == "1000000@x.org");
  BOOST_TEST(store.list_after(1'000'000).size() == 0U);
  BOOST_TEST(store.close(error));
}

BOOST_AUTO_TEST_CASE(a_batch_that_fails_leaves_nothing) {
  const tests::TemporaryDirectory directory;
  OfflineStore store("sqlite:" + directory.file("a.db"), Missing::make, {});
  BOOST_TEST((store.create(list({7})) == Status::ok));
  BOOST_TEST((store.create(list({8, 7})) != Status::ok));
  BOOST_TEST(!store.contains(8));
  BOOST_TEST(store.last_id() == 7U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_made_only_if_it_is_asked_for) {
  const tests::TemporaryDirectory directory;
  const std::string url = "sqlite:" + directory.file("a.db");
  BOOST_CHECK_THROW(OfflineStore(url, Missing::refuse, {}), StoreOpenError);
  BOOST_TEST(std::filesystem::is_empty(directory.path()));
  std::ofstream(directory.file("a.db")).flush();
  BOOST_CHECK_THROW(OfflineStore(url, Missing::refuse, {}), StoreOpenError);
  BOOST_TEST(std::filesystem::file_size(directory.file("a.db")) == 0U);
  std::string error;
  BOOST_TEST(OfflineStore(url, Missing::make, {}).close(error), error);
  BOOST_TEST(std::filesystem::file_size(directory.file("a.db")) > 0U);
}

BOOST_AUTO_TEST_CASE(other_stores_and_one_in_use_are_refused) {
  const tests::TemporaryDirectory directory;
  const std::string url = "sqlite:" + directory.file("a.db");
  BOOST_CHECK_THROW(OfflineStore("memory:", Missing::make, {}), StoreOpenError);
  BOOST_CHECK_THROW(OfflineStore("mysql:x", Missing::make, {}), StoreOpenError);
  const OfflineStore first(url, Missing::make, {});
  BOOST_CHECK_THROW(OfflineStore(url, Missing::make, {}), StoreOpenError);
}

BOOST_AUTO_TEST_CASE(an_id_that_was_given_out_elsewhere_is_kept_after_a_restart) {
  const tests::TemporaryDirectory directory;
  const std::string url = "sqlite:" + directory.file("a.db");
  std::string error;
  {
    OfflineStore store(url, Missing::make, {});
    BOOST_TEST((store.create(list({5})) == Status::ok));
    BOOST_TEST((store.raise_last_id(4) == Status::ok));
    BOOST_TEST(store.last_id() == 5U);
    BOOST_TEST((store.raise_last_id(7) == Status::ok), store.last_error());
    BOOST_TEST(store.last_id() == 7U);
    BOOST_TEST(store.close(error));
  }
  OfflineStore store(url, Missing::refuse, {});
  BOOST_TEST(store.last_id() == 7U);
  BOOST_TEST(!store.contains(7));
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_written_is_only_read) {
  const tests::TemporaryDirectory directory;
  const std::string url = "sqlite:" + directory.file("a.db");
  std::string error;
  {
    OfflineStore store(url, Missing::make, {});
    BOOST_TEST((store.create(list({5})) == Status::ok));
    BOOST_TEST(store.close(error));
  }
  // SQLite can't create its index.
  std::filesystem::create_directory(directory.file("a.db-shm"));
  BOOST_CHECK_THROW(OfflineStore(url, Missing::make, {}), StoreOpenError);
  OfflineStore store(url, Missing::refuse, {});
  BOOST_TEST(store.unwritable().has_value());
  BOOST_TEST(store.contains(5));
  BOOST_TEST(store.last_id() == 5U);
  BOOST_TEST(store.close(error));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
