#include "storage/sqlite/place.hpp"

#include <linux/magic.h>

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "server/cli/open_error.hpp"
#include "storage/open_error.hpp"
#include "tests/storage/sqlite/opened_journal.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;

/// A rollback journal of a file that had `pages` pages before.
void make_journal(const std::string& path, char pages) {
  std::string octets("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
  octets +=
      std::string("\0\0\0\0\1\2\3\4\0\0\0", 11) + pages + std::string("\0\0\2\0\0\0\x10\0", 8);
  octets.resize(512);
  std::ofstream(path + "-journal", std::ios::binary) << octets;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(place, File)

BOOST_AUTO_TEST_CASE(network_file_systems_are_known_by_their_type) {
  constexpr unsigned long cifs = 0xff534d42;  // cifsglob.h of Linux has it.
  const std::map<std::string, std::vector<unsigned long>> types{
      {"NFS", {NFS_SUPER_MAGIC}},
      {"SMB", {SMB_SUPER_MAGIC}},
      {"CIFS", {cifs}},
      {"SMB2", {SMB2_SUPER_MAGIC}},
      {"NCP", {NCP_SUPER_MAGIC}},
      {"AFS", {AFS_SUPER_MAGIC, AFS_FS_MAGIC}},
      {"Coda", {CODA_SUPER_MAGIC}},
      {"Ceph", {CEPH_SUPER_MAGIC}},
  };
  for (const auto& [name, each] : types) {
    for (const unsigned long type : each) {
      const char* const found = network_file_system(type);
      BOOST_TEST((found != nullptr ? found : "none") == name);
    }
  }
  for (const unsigned long type : {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC,
                                   OVERLAYFS_SUPER_MAGIC, FUSE_SUPER_MAGIC, V9FS_MAGIC}) {
    BOOST_TEST((network_file_system(type) == nullptr), type);
  }
}

BOOST_AUTO_TEST_CASE(what_sqlite_takes_for_a_uri_is_refused) {
  for (const char* uri : {"file:a.db", "file:a.db?mode=memory&cache=shared", "file::memory:"}) {
    BOOST_CHECK_EXCEPTION(resolve_place(uri), StoreOpenError, [](const StoreOpenError& error) {
      return error.failure().reason == OpenFailure::Reason::uri;
    });
  }
  BOOST_TEST(resolve_place("./file:a.db") == "./file:a.db");
  BOOST_TEST(resolve_place("a.db") == "a.db");
}

BOOST_AUTO_TEST_CASE(a_file_system_without_shared_memory_is_refused_and_no_file_stays) {
  FaultyVfs::without_shared_memory();
  BOOST_CHECK_EXCEPTION(Opened{path}, StoreOpenError, [](const StoreOpenError& error) {
    BOOST_TEST(server::describe(error).ends_with(
        "a.db is on a file system that can't do a WAL (journal mode delete): name another file "
        "with --store"));
    return error.failure().reason == OpenFailure::Reason::no_wal;
  });
  FaultyVfs::heal();
  BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(of_a_symbolic_link_the_target_counts_and_all_that_is_beside_it) {
  fs::create_directory(directory.file("elsewhere"));
  const std::string target = directory.file("elsewhere/b.db");
  { const Opened made(target); }
  fs::create_symlink(target, path);
  BOOST_TEST(resolve_place(path) == fs::canonical(target).string());
  const Opened opened(path);
  BOOST_TEST((opened.commit(1) == Status::ok));
  BOOST_TEST((opened.journal->look() == Status::ok));
  BOOST_TEST(fs::exists(target + "-wal"));
  fs::remove(target);
  BOOST_TEST((opened.journal->look() == Status::file_replaced));
}

BOOST_AUTO_TEST_CASE(what_a_power_cut_in_the_first_start_leaves_starts_again_by_itself) {
  // Nothing; then any part of the first pages, in any state, with the journal that empties them.
  std::ofstream(path).close();
  { BOOST_TEST((Opened(path).commit(1) == Status::ok)); }
  for (const std::string& written :
       {std::string(8'192, '\0'), std::string(512, 'x'),
        std::string("SQLite format 3\0", 16) + std::string(84, '\0')}) {
    const File file;
    std::ofstream(file.path, std::ios::binary) << written;
    make_journal(file.path, 0);
    BOOST_TEST(is_half_made(file.path));
    const Opened opened(file.path);
    BOOST_TEST(opened.report.users == 0U);
    BOOST_TEST((opened.commit(1) == Status::ok));
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_had_pages_before_its_journal_is_not_half_made) {
  make_journal(path, 1);
  BOOST_TEST(!is_half_made(path));
  fs::remove(path + "-journal");
  BOOST_TEST(!is_half_made(path));
  std::ofstream(path + "-journal") << "no journal, but longer than a header";
  BOOST_TEST(!is_half_made(path));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
