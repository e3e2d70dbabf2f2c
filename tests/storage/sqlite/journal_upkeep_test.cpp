#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/storage/sqlite/opened_journal.hpp"

/// What a SqliteJournal does between batches: checkpoints, and whether its file is still there.
namespace rollcall::storage {

BOOST_FIXTURE_TEST_SUITE(journal_upkeep, File)

BOOST_AUTO_TEST_CASE(a_file_that_is_removed_or_replaced_is_noticed_and_no_write_is_taken) {
  for (const char* how : {"removed", "replaced", "overwritten"}) {
    BOOST_TEST_CONTEXT(how) {
      const File file;
      const Opened opened(file.path);
      BOOST_TEST((opened.commit(1) == Status::ok));
      BOOST_TEST((opened.journal->look() == Status::ok));
      const std::string other = file.directory.file("other");
      std::ofstream(other) << "another file";
      if (how == std::string("removed")) std::filesystem::remove(file.path);
      if (how == std::string("replaced")) std::filesystem::rename(other, file.path);
      if (how == std::string("overwritten")) {
        std::filesystem::copy_file(other, file.path,
                                   std::filesystem::copy_options::overwrite_existing);
      }
      BOOST_TEST((opened.journal->look() == Status::file_replaced));
      BOOST_TEST(opened.journal->last_error().find(how) != std::string::npos);
      BOOST_TEST((opened.commit(2) == Status::file_replaced));
      std::string error;
      BOOST_TEST(!opened.journal->close(error));
      BOOST_TEST(error == opened.journal->last_error());
      if (how == std::string("removed")) continue;
      // What was put there is left as it is.
      std::ifstream left(file.path);
      BOOST_TEST(std::string(std::istreambuf_iterator<char>(left), {}) == "another file");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_looks_first_and_copies_nothing_into_another_file) {
  const Opened opened(path);
  for (UserId id = 1; id <= 1'100; ++id) BOOST_REQUIRE((opened.commit(id) == Status::ok));
  std::ofstream(path) << "another file";
  BOOST_TEST((opened.journal->maintain({}) == Status::file_replaced));
  BOOST_TEST(std::filesystem::file_size(path) == 12U);
}

BOOST_AUTO_TEST_CASE(own_checkpoints_are_not_taken_for_somebody_elses_writes) {
  const Opened opened(path);
  for (UserId id = 1; id <= 2'500; ++id) {
    BOOST_REQUIRE((opened.commit(id) == Status::ok));
    BOOST_REQUIRE((opened.journal->maintain({}) == Status::ok));
    BOOST_REQUIRE((opened.journal->look() == Status::ok));
  }
}

BOOST_AUTO_TEST_CASE(after_a_checkpoint_whose_sync_fails_no_write_is_taken) {
  const Opened opened(path);
  for (UserId id = 1; id <= 1'100; ++id) BOOST_REQUIRE((opened.commit(id) == Status::ok));
  FaultyVfs::fail_next_sync();
  BOOST_TEST((opened.journal->maintain({}) == Status::sync_failed));
  BOOST_TEST((opened.commit(1'101) == Status::sync_failed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
