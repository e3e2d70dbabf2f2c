#include "server/ops/log_output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

#include "tests/support/log_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::server {
namespace {

using tests::contents_of;

}  // namespace

BOOST_AUTO_TEST_SUITE(log_output)

BOOST_AUTO_TEST_CASE(lines_are_appended_to_a_file_that_others_can_t_read) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.file("log");
  {
    LogOutput output(path);
    BOOST_TEST(output.write("a\n"));
  }
  LogOutput output(path);
  BOOST_TEST(output.write("b\nc\n"));
  BOOST_TEST(contents_of(path) == "a\nb\nc\n");
  struct stat about {};
  BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0007) == 0U);
  BOOST_TEST(!output.is_journal());
}

BOOST_AUTO_TEST_CASE(a_file_that_can_t_be_opened_is_told_with_its_name) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.file("no/such/log");
  BOOST_CHECK_EXCEPTION(LogOutput{path}, std::system_error, [&](const std::system_error& failure) {
    return std::string(failure.what()).find(path) != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_file_that_was_moved_away_is_made_anew_when_that_is_asked_for) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.file("log");
  LogOutput output(path);
  BOOST_TEST(output.write("a\n"));
  std::filesystem::rename(path, path + ".1");
  BOOST_TEST(output.write("b\n"));
  output.reopen();
  BOOST_TEST(output.write({}));
  BOOST_TEST(contents_of(path) == "");
  BOOST_TEST(output.write("c\n"));
  BOOST_TEST(contents_of(path) == "c\n");
  BOOST_TEST(contents_of(path + ".1") == "a\nb\n");
  BOOST_TEST(output.take_reopen_error() == 0);
}

BOOST_AUTO_TEST_CASE(a_file_that_can_t_be_made_anew_is_written_on) {
  const tests::TemporaryDirectory directory;
  const std::string folder = directory.file("logs");
  std::filesystem::create_directory(folder);
  LogOutput output(folder + "/log");
  std::filesystem::rename(folder, folder + ".1");
  output.reopen();
  BOOST_TEST(output.write("a\n"));
  BOOST_TEST(contents_of(folder + ".1/log") == "a\n");
  BOOST_TEST(output.take_reopen_error() == ENOENT);
  BOOST_TEST(output.take_reopen_error() == 0);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_reader_gives_up_when_it_is_told_to) {
  const tests::LogPipe pipe;
  LogOutput output(pipe.path());
  const std::string line(99, 'x');
  std::string all;
  for (int i = 0; i < 3'000; ++i) all += line + "\n";
  bool whole = true;
  std::thread writer([&] { whole = output.write(all); });
  output.give_up();
  writer.join();
  BOOST_TEST(!whole);
  // A pipe has 64 KiB: what was written are lines from the start.
  const std::string read = pipe.read();
  BOOST_TEST(all.starts_with(read));
  // What needs no wait is still written.
  BOOST_TEST(output.write("last\n"));
  BOOST_TEST(pipe.read() == "last\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_takes_nothing_is_told_of) {
  LogOutput output("/dev/full");
  BOOST_TEST(!output.write("a\n"));
  BOOST_TEST(output.write({}));
}

BOOST_AUTO_TEST_CASE(the_journal_is_known_by_the_numbers_of_its_socket) {
  struct stat about {};
  BOOST_REQUIRE(::fstat(STDERR_FILENO, &about) == 0);
  const std::string device = std::to_string(about.st_dev);
  const std::string inode = std::to_string(about.st_ino);
  BOOST_TEST(is_journal_stream(device + ":" + inode, STDERR_FILENO));
  BOOST_TEST(!is_journal_stream(device + ":" + inode + "0", STDERR_FILENO));
  BOOST_TEST(!is_journal_stream(device + "1:" + inode, STDERR_FILENO));
  BOOST_TEST(!is_journal_stream("", STDERR_FILENO));
  BOOST_TEST(!is_journal_stream(device + ":" + inode, -1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
