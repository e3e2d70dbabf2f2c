#include "storage/backup.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "server/cli/open_error.hpp"
#include "storage/offline_store.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/storage/sqlite/store_files.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;
using Missing = OfflineStore::Missing;

/// A directory with a store.
class Place {
 public:
  std::string file(const std::string& name) const { return directory_.file(name); }
  std::string url(const std::string& name = "a.db") const { return "sqlite:" + file(name); }

  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& each : fs::directory_iterator(directory_.path())) {
      all.insert(each.path().filename());
    }
    return all;
  }

 private:
  tests::TemporaryDirectory directory_;
};

void create(OfflineStore& store, UserId first, UserId last) {
  for (UserId id = first; id <= last;) {
    UserList users;
    for (; id <= last && users.size() < 1'000; ++id) {
      users.append(id, {std::string(100, 'l'), "F", std::to_string(id) + "@x.org"});
    }
    BOOST_REQUIRE((store.create(users) == Status::ok));
  }
}

void make(const std::string& url, UserId last) {
  OfflineStore store(url, Missing::make, {});
  create(store, 1, last);
  std::string error;
  BOOST_REQUIRE(store.close(error));
}

CopyFailure whole_failure(const std::function<void()>& copy) {
  try {
    copy();
  } catch (const CopyError& error) {
    return error.failure();
  }
  BOOST_FAIL("copied");
  return {};
}

CopyFailure::Reason failure(const std::function<void()>& copy) {
  return whole_failure(copy).reason;
}

constexpr std::size_t page_octets = 4'096;

/// Changes the file in place, page by page from number `first` on (from 0), to what `other` has.
void overwrite(const std::string& path, const std::string& other, std::size_t first) {
  const std::string before = read_file(path);
  const std::string after = read_file(other);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::size_t at = first * page_octets; at < before.size(); at += page_octets) {
    if (before.compare(at, page_octets, after, at, page_octets) == 0) continue;
    file.seekp(static_cast<std::streamoff>(at));
    file.write(after.data() + at, page_octets);
  }
}

OpenFailure::Reason open_failure(const std::function<void()>& copy) {
  try {
    copy();
  } catch (const StoreOpenError& error) {
    return error.failure().reason;
  }
  BOOST_FAIL("copied");
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backup)

BOOST_AUTO_TEST_CASE(a_backup_is_of_one_moment_and_ends_although_users_are_created_meanwhile) {
  const Place place;
  constexpr UserId before = 60'000;
  make(place.url(), before);
  OfflineStore store(place.url(), Missing::refuse, {});
  UserId last = before;
  int looks = 0;
  const CopyReport report =
      back_up(place.url(), place.file("b.db"), [&](std::uint64_t done, std::uint64_t all) {
        BOOST_TEST(done <= all);
        create(store, last + 1, last + 10);
        last += 10;
        return ++looks < 100;
      });
  BOOST_TEST(looks > 1);
  BOOST_TEST(report.users == before);
  OfflineStore copy(place.url("b.db"), Missing::refuse, {});
  BOOST_TEST(copy.contains(before));
  BOOST_TEST(!copy.contains(before + 1));
  BOOST_TEST(store.contains(last));
}

BOOST_AUTO_TEST_CASE(a_backup_holds_what_only_the_wal_has_and_is_one_file_for_its_owner) {
  const Place place;
  OfflineStore store(place.url(), Missing::make, {});
  create(store, 1, 3);
  BOOST_TEST(back_up(place.url(), place.file("b.db"), {}).users == 3U);
  struct stat about {};
  BOOST_REQUIRE(::stat(place.file("b.db").c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777) == 0600U);
  BOOST_TEST((place.names() == std::set<std::string>{"a.db", "a.db-wal", "a.db-shm", "b.db"}));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten_and_nothing_is_left_of_what_was_not_copied) {
  const Place place;
  make(place.url(), 3);
  std::ofstream(place.file("b.db")) << "b";
  std::ofstream(place.file("c.db-wal")) << "c";
  using Reason = CopyFailure::Reason;
  const auto to = [&](const char* name) {
    return failure([&] { back_up(place.url(), place.file(name), {}); });
  };
  BOOST_TEST((to("b.db") == Reason::exists));
  BOOST_TEST((to("c.db") == Reason::left_behind));
  BOOST_TEST((to("none/d.db") == Reason::not_written));
  BOOST_TEST((failure([&] {
                back_up(place.url(), place.file("e.db"), [](auto, auto) { return false; });
              }) == Reason::stopped));
  BOOST_TEST(
      (failure([&] { restore(place.file("a.db"), place.url("b.db"), {}); }) == Reason::exists));
  BOOST_TEST((failure([&] { restore(place.file("a.db"), place.url("c.db"), {}); }) ==
              Reason::left_behind));
  BOOST_TEST(fs::file_size(place.file("b.db")) == 1U);
  for (const char* each : {"a.db-wal", "a.db-shm"}) fs::remove(place.file(each));
  BOOST_TEST((place.names() == std::set<std::string>{"a.db", "b.db", "c.db-wal"}));
}

BOOST_AUTO_TEST_CASE(a_restored_store_has_the_users_of_the_backup_and_empty_leftovers_are_gone) {
  const Place place;
  make(place.url(), 3);
  back_up(place.url(), place.file("b.db"), {});
  for (const char* each : {"c.db-wal", "c.db-shm"}) std::ofstream(place.file(each)).flush();
  BOOST_TEST(restore(place.file("b.db"), place.url("c.db"), {}).users == 3U);
  BOOST_TEST(!fs::exists(place.file("c.db-wal")));
  BOOST_TEST(!fs::exists(place.file("c.db-shm")));
  BOOST_TEST(!fs::exists(place.file("b.db-shm")));
  OfflineStore copy(place.url("c.db"), Missing::refuse, {});
  BOOST_TEST(copy.contains(3));
  BOOST_TEST(copy.last_id() == 3U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_a_backup_is_refused_and_so_is_one_that_is_served) {
  const Place place;
  std::ofstream(place.file("text")) << std::string(200, 'x');
  std::ofstream(place.file("empty")).flush();
  using Reason = OpenFailure::Reason;
  const auto from = [&](const char* name) {
    return open_failure([&] { restore(place.file(name), place.url("new.db"), {}); });
  };
  BOOST_TEST((from("text") == Reason::not_sqlite));
  BOOST_TEST((from("empty") == Reason::empty_file));
  BOOST_TEST((from("none") == Reason::no_file));
  const OfflineStore served(place.url(), Missing::make, {});
  BOOST_TEST((from("a.db") == Reason::in_use));
  BOOST_TEST(!fs::exists(place.file("new.db")));
}

BOOST_AUTO_TEST_CASE(a_damaged_wal_is_refused_as_at_a_start_and_stays_as_it_was) {
  const StoreFiles files;
  files.leave(900, std::vector<std::size_t>(60, 1));
  StoreFiles::flip_bit(files.wal, StoreFiles::frame(3));
  const std::string message = files.refusal();
  const auto before = files.snapshot();
  const std::string to = files.directory.file("copy.db");
  const auto said = [](const auto& copy) {
    try {
      copy();
      return std::string("copied");
    } catch (const StoreOpenError& error) {
      return server::describe(error);
    }
  };
  BOOST_TEST(said([&] { back_up("sqlite:" + files.path, to, {}); }) == message);
  BOOST_TEST(said([&] { restore(files.path, "sqlite:" + to, {}); }) == message);
  BOOST_TEST((files.snapshot() == before));
}

BOOST_AUTO_TEST_CASE(
    a_wal_that_is_damaged_while_it_is_served_gives_no_backup_and_no_cut_is_advised) {
  const StoreFiles files;
  OpenedJournal served(files.path);
  for (int i = 0; i < 60; ++i) BOOST_REQUIRE((served.commit() == Status::ok));
  {
    // In place: the server has it open.
    std::fstream file(files.wal, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(StoreFiles::frame(3)));
    file << "damage";
  }
  const std::string to = files.directory.file("copy.db");
  try {
    back_up("sqlite:" + files.path, to, {});
    BOOST_ERROR("copied");
  } catch (const StoreOpenError& error) {
    BOOST_TEST((error.failure().reason == OpenFailure::Reason::wal_damaged));
    BOOST_TEST(!error.failure().wal.can_be_cut);
    BOOST_TEST(error.failure().wal.readable < error.failure().wal.frames);
  }
  BOOST_TEST(!fs::exists(to));
}

BOOST_AUTO_TEST_CASE(a_damaged_store_gives_no_backup) {
  const Place place;
  make(place.url(), 20'000);
  {
    // A page of the table is overwritten.
    std::fstream file(place.file("a.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4'096 * 200);
    file << std::string(4'096, '\xff');
  }
  bool refused = false;
  try {
    back_up(place.url(), place.file("b.db"), {});
  } catch (const StoreOpenError& error) {
    refused = error.failure().reason == OpenFailure::Reason::damaged;
  } catch (const CopyError& error) {
    refused = error.failure().reason == CopyFailure::Reason::not_whole;
  }
  BOOST_TEST(refused);
  BOOST_TEST(!fs::exists(place.file("b.db")));
}

BOOST_AUTO_TEST_CASE(damage_that_no_count_of_users_shows_gives_no_backup) {
  const Place place;
  make(place.url(), 20'000);
  {
    // A page claims one user less than it has; behind its kind and its first free block.
    std::fstream file(place.file("a.db"), std::ios::in | std::ios::out | std::ios::binary);
    constexpr std::streamoff count_at = 4'096 * 200 + 4;
    file.seekg(count_at);
    const auto fewer = static_cast<char>(file.get() - 1);
    file.seekp(count_at);
    file.put(fewer);
  }
  BOOST_TEST((failure([&] { back_up(place.url(), place.file("b.db"), {}); }) ==
              CopyFailure::Reason::not_whole));
  BOOST_TEST(!fs::exists(place.file("b.db")));
}

/// As of a disk that gives an old page, which is right in itself.
BOOST_AUTO_TEST_CASE(a_copy_that_is_well_formed_but_lacks_a_user_is_no_backup) {
  const Place place;
  constexpr UserId users = 60'000;
  make(place.url(), users);
  fs::copy_file(place.file("a.db"), place.file("fewer.db"));
  {
    int code = -1;
    SqliteDatabase fewer(place.file("fewer.db"), SqliteDatabase::Access::read_write, nullptr, code);
    BOOST_REQUIRE(fewer.execute("DELETE FROM users WHERE id = 59900") == 0);
  }
  // While it is copied, behind the pages that are.
  bool damaged = false;
  const auto damage = [&](std::uint64_t done, std::uint64_t all) {
    const bool copying = done > 0 && done < all;
    if (!copying || damaged) return true;
    overwrite(place.file("a.db"), place.file("fewer.db"), done / page_octets);
    damaged = true;
    return true;
  };
  const CopyFailure failed =
      whole_failure([&] { back_up(place.url(), place.file("b.db"), damage); });
  BOOST_TEST((failed.reason == CopyFailure::Reason::not_whole));
  BOOST_TEST(failed.detail == "it has 59999 users, not 60000");
  BOOST_TEST(!fs::exists(place.file("b.db")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
