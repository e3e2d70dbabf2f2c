#include "storage/check.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "storage/offline_store.hpp"
#include "storage/sqlite/schema.hpp"
#include "tests/storage/sqlite/store_files.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;

void create(OfflineStore& store, UserId id) {
  UserList users;
  users.append(id, {"L", "F", "a@x.org"});
  BOOST_REQUIRE((store.create(users) == Status::ok));
}

/// Files of a store with the users 1 to 3, each in a transaction of the WAL, as after a kill.
class Killed {
 public:
  Killed() {
    OfflineStore store("sqlite:" + directory_.file("b.db"), OfflineStore::Missing::make, {});
    for (UserId id = 1; id <= 3; ++id) create(store, id);
    for (const char* each : {"", "-wal", "-shm"}) {
      fs::copy_file(directory_.file("b.db") + each, path() + each);
    }
  }

  std::string path() const { return directory_.file("a.db"); }
  CheckReport check() const { return check_file(path(), {}); }
  /// Changes one bit.
  void damage(const std::string& name, std::streamoff at) const {
    std::fstream file(path() + name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const auto octet = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(octet);
  }

 private:
  tests::TemporaryDirectory directory_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(a_whole_store_is_told_with_its_wal_and_nothing_is_changed) {
  const Killed store;
  fs::remove(store.path() + "-shm");
  const auto time = fs::last_write_time(store.path() + "-wal");
  const CheckReport report = store.check();
  BOOST_TEST(report.damage.empty());
  BOOST_TEST(!report.served);
  BOOST_TEST(report.schema == schema_version);
  BOOST_TEST(report.users == 3U);
  BOOST_TEST(report.last_id.value_or(0) == 3U);
  BOOST_TEST(report.wal_transactions == 3U);
  BOOST_TEST(report.wal_frames >= 3U);
  BOOST_TEST(report.mode == 0600U);
  BOOST_TEST(!fs::exists(store.path() + "-shm"));
  BOOST_TEST((fs::last_write_time(store.path() + "-wal") == time));
}

BOOST_AUTO_TEST_CASE(damage_in_the_wal_is_told_with_its_frames) {
  const Killed store;
  store.damage("-wal", 32 + 24 + 100);
  const CheckReport report = store.check();
  BOOST_REQUIRE(report.damage.size() == 1U);
  BOOST_TEST(report.wal_frames == 0U);
  BOOST_TEST(report.wal_unreadable >= 3U);
  BOOST_TEST(report.damage[0] ==
             "the WAL: 0 of " + std::to_string(report.wal_unreadable) + " frames can be read");
}

BOOST_AUTO_TEST_CASE(a_wal_whose_last_transaction_is_torn_by_a_power_cut_is_whole) {
  const Killed store;
  fs::remove(store.path() + "-shm");
  fs::resize_file(store.path() + "-wal", fs::file_size(store.path() + "-wal") - 1'000);
  const CheckReport report = store.check();
  BOOST_TEST(report.damage.empty());
  BOOST_TEST(report.users == 2U);
}

BOOST_AUTO_TEST_CASE(damage_in_the_file_is_told) {
  const Killed store;
  fs::resize_file(store.path() + "-wal", 0);
  store.damage("", 4'096);
  BOOST_TEST(store.check().damage.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_served_is_told_so) {
  const tests::TemporaryDirectory directory;
  OfflineStore store("sqlite:" + directory.file("a.db"), OfflineStore::Missing::make, {});
  create(store, 7);
  const CheckReport report = check_file(directory.file("a.db"), {});
  BOOST_TEST(report.served);
  BOOST_TEST(report.damage.empty());
  BOOST_TEST(report.users == 1U);
  BOOST_TEST(report.last_id.value_or(0) == 7U);
  BOOST_TEST(report.wal_frames > 0U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_missing_or_not_ours_can_not_be_checked) {
  const tests::TemporaryDirectory directory;
  std::ofstream(directory.file("text")) << std::string(200, 'x');
  std::ofstream(directory.file("empty")).flush();
  using Reason = OpenFailure::Reason;
  for (const auto& [name, reason] : {std::pair{"none", Reason::no_file},
                                     {"empty", Reason::empty_file},
                                     {"text", Reason::not_sqlite}}) {
    BOOST_CHECK_EXCEPTION(check_file(directory.file(name), {}), StoreOpenError,
                          [&](const auto& error) { return error.failure().reason == reason; });
  }
}

BOOST_AUTO_TEST_CASE(a_transaction_of_many_frames_counts_once) {
  const StoreFiles files;
  files.leave(2, {1, 900});
  const CheckReport report = check_file(files.path, {});
  BOOST_TEST(report.wal_transactions == 2U);
  BOOST_TEST(report.wal_frames > 10U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
