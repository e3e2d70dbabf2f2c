#include "storage/sqlite/reader.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "storage/offline_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;
using Beside = SqliteReader::Beside;

void create(OfflineStore& store, UserId id) {
  UserList users;
  users.append(id, {"L", "F", "a@x.org"});
  BOOST_REQUIRE((store.create(users) == Status::ok));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reader)

BOOST_AUTO_TEST_CASE(beside_nobody_it_sees_the_wal_and_leaves_the_files_as_they_are) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.file("a%20?#.db");
  std::string error;
  {
    OfflineStore store("sqlite:" + directory.file("b.db"), OfflineStore::Missing::make, {});
    create(store, 1);
    // As after a kill.
    fs::copy_file(directory.file("b.db"), path);
    fs::copy_file(directory.file("b.db-wal"), path + "-wal");
  }
  const auto size = fs::file_size(path + "-wal");
  {
    SqliteReader reader(path, Beside::nobody);
    BOOST_TEST(reader.query("SELECT count(*) FROM users") == 1);
    BOOST_TEST((reader.access() == SqliteDatabase::Access::unlocked));
  }
  BOOST_TEST(fs::file_size(path + "-wal") == size);
  BOOST_TEST(!fs::exists(path + "-shm"));
  BOOST_TEST(OfflineStore("sqlite:" + path, OfflineStore::Missing::refuse, {}).close(error), error);
  SqliteReader reader(path, Beside::nobody);
  BOOST_TEST(reader.query("SELECT count(*) FROM users") == 1);
  BOOST_TEST((reader.access() == SqliteDatabase::Access::immutable));
  BOOST_TEST(!fs::exists(path + "-wal"));
}

BOOST_AUTO_TEST_CASE(no_server_starts_beside_one_that_wants_nobody_and_it_starts_beside_none) {
  const tests::TemporaryDirectory directory;
  const std::string url = "sqlite:" + directory.file("a.db");
  std::string error;
  BOOST_TEST(OfflineStore(url, OfflineStore::Missing::make, {}).close(error));
  const auto refused = [](const auto& open) {
    try {
      open();
    } catch (const StoreOpenError& failure) {
      return failure.failure().reason;
    }
    return OpenFailure::Reason::damaged;
  };
  using Reason = OpenFailure::Reason;
  {
    const SqliteReader reader(directory.file("a.db"), Beside::nobody);
    const SqliteReader second(directory.file("a.db"), Beside::nobody);
    BOOST_TEST((refused([&] { OfflineStore(url, OfflineStore::Missing::make, {}); }) ==
                Reason::being_read));
  }
  OfflineStore store(url, OfflineStore::Missing::make, {});
  BOOST_TEST(
      (refused([&] { SqliteReader(directory.file("a.db"), Beside::nobody); }) == Reason::in_use));
  SqliteReader beside(directory.file("a.db"), Beside::server);
  BOOST_TEST(beside.query("SELECT count(*) FROM users") == 0);
  create(store, 1);
  // All it sees is of one moment.
  BOOST_TEST(beside.query("SELECT count(*) FROM users") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
