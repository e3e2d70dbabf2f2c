#include "storage/sqlite/file_lock.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "storage/open_error.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(file_lock)

BOOST_AUTO_TEST_CASE(a_file_is_held_by_one_lock_at_a_time_and_freed_at_its_end) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.file("a.db");
  {
    const FileLock first(path);
    BOOST_TEST(first.created());
    BOOST_CHECK_THROW(FileLock{path}, StoreOpenError);
  }
  const FileLock again(path);
  BOOST_TEST(!again.created());
}

BOOST_AUTO_TEST_CASE(a_new_file_can_be_read_by_its_owner_only) {
  namespace fs = std::filesystem;
  const tests::TemporaryDirectory directory;
  const FileLock lock(directory.file("a.db"));
  BOOST_TEST((fs::status(directory.file("a.db")).permissions() ==
              (fs::perms::owner_read | fs::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(a_place_that_can_not_hold_a_file_is_refused) {
  const tests::TemporaryDirectory directory;
  std::ofstream(directory.file("plain")) << "x";
  using Reason = OpenFailure::Reason;
  const auto is_refused = [](const std::string& path, Reason reason) {
    BOOST_CHECK_EXCEPTION(FileLock{path}, StoreOpenError, [&](const StoreOpenError& error) {
      return error.failure().reason == reason;
    });
  };
  is_refused(directory.file("no/such"), Reason::no_directory);
  is_refused(directory.file("plain/a.db"), Reason::no_directory);
  is_refused(directory.path().string(), Reason::not_a_file);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
