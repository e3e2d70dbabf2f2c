#include "storage/sqlite/wal_check.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/storage/sqlite/store_files.hpp"
#include "tests/support/program.hpp"

/// Which WALs a start refuses, what it says, and that it leaves every file as it was.
namespace rollcall::storage {
namespace {

namespace fs = std::filesystem;

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

void check_says(const std::string& message, const std::string& part) {
  BOOST_TEST(has(message, part), "'" << message << "' says: " << part);
}

/// Runs what the message says to run.
void take_advice(const std::string& message) {
  constexpr std::string_view mark = "run: ";
  const std::size_t at = message.find(mark);
  BOOST_REQUIRE_MESSAGE(at != message.npos, message);
  tests::Program shell("/bin/sh", {"-c", message.substr(at + mark.size())});
  BOOST_TEST(shell.wait().value_or(-1) == 0, shell.error_output());
}

const std::vector<std::size_t> one_by_one(60, 1);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wal_check, StoreFiles)

BOOST_AUTO_TEST_CASE(a_whole_wal_is_taken_and_nothing_is_said) {
  leave(900, {7, 1, 30});
  const OpenReport report = open();
  BOOST_TEST(report.users == 938U);
  BOOST_TEST(report.last_id == 938U);
  BOOST_TEST(report.unfinished_frames == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_taken_over_from_the_wal_of_a_killed_process_is_counted) {
  leave(900, {7, 1, 30});
  const std::uint64_t frames = read_wal(wal).committed;
  BOOST_TEST(frames > 0U);
  BOOST_TEST(open().recovered_frames == frames);
  // That was closed, so nothing is left.
  BOOST_TEST(open().recovered_frames == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_in_the_data_file_already_is_not_taken_over) {
  in_killed_process(path, [](OpenedJournal& opened) {
    opened.journal->checkpoint_from(1);
    opened.commit(30);
    opened.journal->maintain({});
  });
  BOOST_TEST(read_wal(wal).committed > 0U);
  BOOST_TEST(open().recovered_frames == 0U);
}

BOOST_AUTO_TEST_CASE(a_wrong_bit_in_the_first_frame_is_refused_with_how_much_can_be_read) {
  leave(900, one_by_one);
  const std::string frames = std::to_string(read_wal(wal).committed);
  flip_bit(wal, frame(1) + 2'000);
  check_says(refusal(), "0 of " + frames + " frames can be read");
  // Without the index, too: others were committed behind it.
  fs::remove(shm);
  check_says(refusal(), "0 of " + frames + " frames can be read");
}

BOOST_AUTO_TEST_CASE(a_wrong_bit_in_the_only_transaction_is_refused_after_a_kill) {
  for (const std::size_t which : {1, 4}) {
    const StoreFiles files;
    files.leave(900, {150});
    const std::uint64_t frames = read_wal(files.wal).committed;
    BOOST_TEST(frames >= 4U);
    flip_bit(files.wal, frame(which) + 50);
    check_says(files.refusal(), "0 of " + std::to_string(frames) + " frames can be read");
  }
}

BOOST_AUTO_TEST_CASE(a_wal_that_was_cut_short_is_refused_after_a_kill) {
  leave(900, {1, 1, 1});
  const std::uint64_t frames = read_wal(wal).committed;
  fs::resize_file(wal, fs::file_size(wal) - 1);
  check_says(refusal(), std::to_string(frames - 1) + " of " + std::to_string(frames));
}

BOOST_AUTO_TEST_CASE(an_unfinished_transaction_is_left_out_and_told) {
  leave(900, {3, 90});
  fs::remove(shm);
  const std::uint64_t frames = read_wal(wal).committed;
  // What a power cut may do.
  std::string octets = read_file(wal);
  octets.replace(octets.size() - 512, 512, 512, '\0');
  write_file(wal, octets);
  const std::uint64_t left = read_wal(wal).committed;
  BOOST_TEST(left < frames);
  const OpenReport report = open();
  BOOST_TEST(report.users == 903U);
  BOOST_TEST(report.unfinished_frames == frames - left);
  BOOST_TEST(open().unfinished_frames == 0U);
}

BOOST_AUTO_TEST_CASE(a_wrong_header_is_refused) {
  leave(900, {5, 5});
  const std::uint64_t frames = read_wal(wal).committed;
  for (const std::size_t octet : {0, 11, 18, 30}) {
    flip_bit(wal, octet);
    check_says(refusal(), "0 of " + std::to_string(frames) + " frames can be read");
    flip_bit(wal, octet);
  }
  BOOST_TEST(open().users == 910U);
}

BOOST_AUTO_TEST_CASE(frames_behind_a_hole_are_refused) {
  leave(900, one_by_one);
  std::string octets = read_file(wal);
  octets.replace(0, frame(40), frame(40), '\0');
  write_file(wal, octets);
  for (const bool without_index : {false, true}) {
    if (without_index) fs::remove(shm);
    check_says(refusal(), "0 of " + std::to_string(read_wal(wal).room) + " frames can be read");
  }
}

BOOST_AUTO_TEST_CASE(a_wal_without_its_data_file_is_refused_and_can_be_moved_away) {
  for (const bool missing : {true, false}) {
    const StoreFiles files;
    files.leave(900, {8});
    const std::string orphan = read_file(files.wal);
    fs::remove(files.path);
    if (!missing) write_file(files.path, "");
    const std::string message = files.refusal();
    check_says(message, "is missing or empty");
    check_says(message, std::to_string(read_wal(files.wal).committed) + " frames");
    take_advice(message);
    const OpenReport report = files.open();
    BOOST_TEST(report.users == 0U);
    BOOST_TEST(report.created);
    BOOST_TEST((read_file(files.wal + ".orphan") == orphan));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_wal_beside_no_data_file_is_no_reason_to_refuse) {
  write_file(wal, "");
  BOOST_TEST(open().created);
}

BOOST_AUTO_TEST_CASE(the_advice_keeps_what_can_be_read_and_gives_out_no_lost_id_again) {
  for (const std::size_t reachable : {0, 35}) {
    const StoreFiles files;
    files.leave(900, one_by_one);
    flip_bit(files.wal, frame(reachable + 1) + 24);
    const std::string message = files.refusal();
    const std::uint64_t users = [&] {
      // As SQLite sees it: of a copy, for it deletes the WAL.
      const StoreFiles copy;
      files.crash_into(copy);
      int code = -1;
      SqliteDatabase database(copy.path, SqliteDatabase::Access::read_only, nullptr, code);
      return static_cast<std::uint64_t>(database.query_integer("SELECT count(*) FROM users", code));
    }();
    BOOST_TEST(users >= 900 + reachable / 2);
    BOOST_TEST(users < 960U);
    take_advice(message);
    const OpenReport report = files.open();
    BOOST_TEST(report.users == users);
    BOOST_TEST(report.last_id > 960U);
  }
}

BOOST_AUTO_TEST_CASE(the_advice_is_for_any_name_of_a_file) {
  StoreFiles files;
  files.path = files.directory.file("it's my $HOME.db");
  files.wal = files.path + "-wal";
  files.shm = files.path + "-shm";
  files.leave(10, one_by_one);
  flip_bit(files.wal, frame(1));
  take_advice(files.refusal());
  BOOST_TEST(files.open().users == 10U);
}

BOOST_AUTO_TEST_CASE(a_backup_can_take_the_place_of_all_files) {
  leave(900, {});
  open();
  const std::string backup = read_file(path);
  leave(0, one_by_one);
  flip_bit(wal, frame(1));
  const std::string message = refusal();
  check_says(message, "restore a backup (without -wal and -shm files)");
  fs::remove(wal);
  fs::remove(shm);
  write_file(path, backup);
  BOOST_TEST(open().users == 900U);
}

BOOST_AUTO_TEST_CASE(a_damaged_wal_whose_frames_are_all_in_the_data_file_is_to_be_moved_away) {
  leave(0, one_by_one);
  // A start copies all of it to the data file.
  in_killed_process(path, [](OpenedJournal&) {});
  flip_bit(wal, frame(50) + 24);
  const std::string message = refusal();
  check_says(message, "the data file has them all");
  take_advice(message);
  BOOST_TEST(open().users == 60U);
  BOOST_TEST(fs::exists(wal + ".damaged"));
}

BOOST_AUTO_TEST_CASE(a_wal_of_which_nothing_can_be_read_or_is_needed_is_no_reason_to_refuse) {
  leave(0, one_by_one);
  in_killed_process(path, [](OpenedJournal&) {});
  flip_bit(wal, frame(1) + 24);
  BOOST_TEST(open().users == 60U);
}

BOOST_AUTO_TEST_CASE(
    nothing_is_advised_but_a_backup_if_the_data_file_may_have_some_of_what_is_lost) {
  leave(0, one_by_one);
  in_killed_process(path, [](OpenedJournal&) {});
  // Of the index: a checkpoint that was killed in its middle.
  std::string octets = read_file(shm);
  octets.replace(96, 4, 4, '\0');
  write_file(shm, octets);
  flip_bit(wal, frame(50) + 24);
  for (const bool without_index : {false, true}) {
    if (without_index) fs::remove(shm);
    const std::string message = refusal();
    check_says(message, "restore a backup");
    BOOST_TEST(!has(message, "run: "));
  }
}

BOOST_AUTO_TEST_CASE(the_wal_of_a_symbolic_link_is_that_of_its_target) {
  leave(900, one_by_one);
  flip_bit(wal, frame(1) + 24);
  const std::string link = directory.file("link.db");
  fs::create_symlink(path, link);
  BOOST_CHECK_THROW(OpenedJournal{link}, StoreOpenError);
  BOOST_TEST(read_wal(wal).synced_beyond);
}

BOOST_AUTO_TEST_CASE(nobody_writes_behind_a_hole_that_another_program_keeps_open) {
  OtherReader reader(path);
  {
    OpenedJournal opened(path);
    BOOST_REQUIRE((opened.commit(700, 300) == Status::ok));
    reader.begin();
    // Has all in the data file, and can't begin the WAL anew.
    std::string error;
    BOOST_TEST(opened.journal->close(error), error);
  }
  BOOST_REQUIRE(fs::exists(wal));
  // As a program did that cut it off where it should not have.
  fs::resize_file(wal, 0);
  const std::string message = [&] {
    try {
      open();
      return std::string();
    } catch (const StoreOpenError& error) {
      return server::describe(error);
    }
  }();
  check_says(message, "is open in another program");
  BOOST_TEST(fs::file_size(wal) == 0U);
  reader.end();
  BOOST_TEST(open().users == 700U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
