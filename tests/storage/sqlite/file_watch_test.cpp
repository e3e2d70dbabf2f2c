#include "storage/sqlite/file_watch.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;
using Found = FileWatch::Found;

struct Watched {
  Watched() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::ofstream(path + suffix) << "octets";
    // Long ago, so that any write shows.
    fs::last_write_time(path, fs::last_write_time(path) - std::chrono::hours(1));
    BOOST_REQUIRE(watch.begin(path));
  }

  tests::TemporaryDirectory directory;
  std::string path = directory.file("a.db");
  FileWatch watch;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(file_watch)

BOOST_AUTO_TEST_CASE(files_that_nobody_touches_are_as_they_were) {
  const Watched files;
  BOOST_TEST((files.watch.look() == Found::as_it_was));
}

BOOST_AUTO_TEST_CASE(each_file_that_is_removed_is_missing) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const Watched files;
    fs::remove(files.path + suffix);
    BOOST_TEST((files.watch.look() == Found::missing), suffix);
    BOOST_TEST(files.watch.path() == files.path + suffix);
  }
}

BOOST_AUTO_TEST_CASE(each_file_that_another_is_renamed_over_is_another_one) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const Watched files;
    std::ofstream(files.path + "-new") << "octets";
    fs::rename(files.path + "-new", files.path + suffix);
    BOOST_TEST((files.watch.look() == Found::another_one), suffix);
    BOOST_TEST(files.watch.path() == files.path + suffix);
  }
}

BOOST_AUTO_TEST_CASE(a_data_file_that_is_copied_over_is_written_to_whatever_its_size) {
  for (const char* content : {"octets", "more octets", ""}) {
    const Watched files;
    std::ofstream(files.path) << content;
    BOOST_TEST((files.watch.look() == Found::written_to), content);
  }
}

BOOST_AUTO_TEST_CASE(own_writes_are_no_finding_once_they_are_noted) {
  Watched files;
  std::ofstream(files.path, std::ios::app) << "more";
  std::ofstream(files.path + "-wal", std::ios::app) << "more";
  files.watch.note_own_write();
  BOOST_TEST((files.watch.look() == Found::as_it_was));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_can_not_become_the_right_one_by_a_note) {
  Watched files;
  std::ofstream(files.path + "-new") << "octets";
  fs::rename(files.path + "-new", files.path);
  files.watch.note_own_write();
  BOOST_TEST((files.watch.look() == Found::another_one));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_can_not_be_watched) {
  const tests::TemporaryDirectory directory;
  BOOST_TEST(!FileWatch().begin(directory.file("a.db")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
