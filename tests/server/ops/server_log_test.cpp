#include "server/ops/server_log.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "server/limits.hpp"
#include "tests/support/log_file.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(server_log)

BOOST_FIXTURE_TEST_CASE(what_was_said_is_written_once_it_is_flushed, tests::LogFile) {
  ServerLog log({.file = path});
  log.say(LogLevel::error, "%d errors", 2);
  log.say(LogLevel::info, "done");
  log.flush();
  const std::string text = contents();
  BOOST_TEST(text.find(" error 2 errors\n") != text.npos, text);
  BOOST_TEST(text.find(" info done\n") > text.find(" error 2 errors\n"));
  BOOST_TEST(log.dropped() == 0U);
}

BOOST_FIXTURE_TEST_CASE(only_what_matters_as_much_as_the_level_is_said, tests::LogFile) {
  ServerLog log({.level = LogLevel::warning, .file = path});
  log.say(LogLevel::warning, "one");
  log.say(LogLevel::info, "two");
  log.set_level(LogLevel::debug);
  log.say(LogLevel::debug, "three");
  log.flush();
  BOOST_TEST(has("warning one\n"));
  BOOST_TEST(!has("two"));
  BOOST_TEST(has("debug three\n"));
}

BOOST_FIXTURE_TEST_CASE(the_end_writes_what_was_said, tests::LogFile) {
  ServerLog({.format = LogFormat::json, .file = path}).say(LogLevel::info, "the last");
  BOOST_TEST(has("\"message\":\"the last\"}\n"));
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_moved_is_made_anew_though_nothing_is_said, tests::LogFile) {
  ServerLog log({.file = path});
  log.say(LogLevel::info, "before");
  log.flush();
  std::filesystem::rename(path, path + ".1");
  log.reopen();
  log.flush();
  BOOST_TEST(std::filesystem::exists(path));
  log.say(LogLevel::info, "behind");
  log.flush();
  BOOST_TEST(has("behind"));
  BOOST_TEST(!has("before"));
}

BOOST_FIXTURE_TEST_CASE(a_file_that_can_t_be_made_anew_is_told_in_the_old_one, tests::LogFile) {
  const std::string folder = directory.file("logs");
  std::filesystem::create_directory(folder);
  path = folder + ".1/log";
  ServerLog log({.file = folder + "/log"});
  std::filesystem::rename(folder, folder + ".1");
  log.reopen();
  log.flush();
  BOOST_TEST(has("error can't open the log file anew: No such file or directory"));
}

BOOST_AUTO_TEST_CASE(who_says_something_never_waits_and_the_oldest_is_dropped) {
  const tests::LogPipe pipe;
  const std::string text(max_log_message_octets, 'x');
  // The pipe takes 64 KiB, and the thread has one message in its hands.
  const std::size_t in_pipe = 64 * 1'024 / max_log_message_octets + 1;
  const std::size_t count = 2 * max_log_messages + in_pipe;
  std::uint64_t dropped = 0;
  {
    ServerLog log({.file = pipe.path()});
    for (std::size_t i = 0; i < count; ++i) log.say(LogLevel::info, "%s", text.c_str());
    log.say(LogLevel::info, "the last");
    dropped = log.dropped();
    BOOST_TEST(dropped >= count - max_log_messages - in_pipe);
    BOOST_TEST(dropped <= count);
    std::string read;
    // Whatever was dropped, the end comes through.
    while (read.find("the last\n") == read.npos) read += pipe.read();
  }
}

BOOST_AUTO_TEST_CASE(the_end_does_not_wait_for_a_reader_that_reads_nothing) {
  const tests::LogPipe pipe;
  const std::string text(max_log_message_octets, 'x');
  {
    ServerLog log({.file = pipe.path()});
    for (std::size_t i = 0; i < max_log_messages; ++i) log.say(LogLevel::info, "%s", text.c_str());
  }
  BOOST_TEST(pipe.read().find(text) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
