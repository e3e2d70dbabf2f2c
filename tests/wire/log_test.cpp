#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>

#include "tests/support/client.hpp"
#include "tests/support/log_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// The log of the real program.
namespace rollcall::tests {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// Waits until `holds`, but not forever.
template <class Holds>
bool soon(const Holds& holds) {
  for (int i = 0; i < 250 && !holds(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return holds();
}

Response ask(std::uint16_t port, const std::string& method, const std::string& path,
             const std::string& body = "") {
  Client client(port);
  const auto response =
      client.exchange(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body);
  BOOST_REQUIRE(response.has_value());
  return *response;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log)

BOOST_AUTO_TEST_CASE(a_clean_stop_writes_the_whole_log) {
  RunningServer server("memory:");
  BOOST_TEST(server.stop(SIGINT) == 0);
  const std::string said = server.program().error_output();
  BOOST_TEST(has(said, "Z info stopping; "), said);
  BOOST_TEST(has(said, "Z info stopped; the store is closed\n"), said);
}

BOOST_AUTO_TEST_CASE(in_json_each_line_is_an_object_also_why_it_could_not_start) {
  RunningServer server("memory:", {"--log-format", "json"});
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  Program second(ROLLCALL_PROGRAM,
                 {"--listen", address, "--store", "memory:", "--log-format", "json"});
  BOOST_TEST(second.wait().value_or(-1) == 1);
  BOOST_TEST(server.stop(SIGINT) == 0);
  for (const std::string& said : {second.error_output(), server.program().error_output()}) {
    std::istringstream lines(said);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      BOOST_TEST(boost::json::parse(line).as_object().contains("message"), line);
    }
    BOOST_TEST(count > 0);
  }
  const auto why = boost::json::parse(second.error_output()).as_object();
  BOOST_TEST(why.at("level").as_string() == "error");
  BOOST_TEST(has(why.at("message").as_string().c_str(), "can't listen on " + address));
}

BOOST_AUTO_TEST_CASE(the_level_is_told_and_set_while_it_runs) {
  RunningServer server("memory:", {"--log-level", "error"});
  const std::uint16_t admin = server.admin_port();
  BOOST_TEST(ask(admin, "GET", "/log-level").body() == "error\n");
  BOOST_TEST(ask(admin, "PUT", "/log-level", "all").result_int() == 400U);
  BOOST_TEST(ask(admin, "PUT", "/log-level", "debug").body() == "debug\n");
  const auto config = boost::json::parse(ask(admin, "GET", "/config").body()).as_object();
  BOOST_TEST(config.at("log-level").as_string() == "debug");
  BOOST_TEST(server.stop(SIGINT) == 0);
  const std::string said = server.program().error_output();
  BOOST_TEST(has(said, "the log level is debug from now on\n"));
  BOOST_TEST(has(said, "stopped"));
}

BOOST_AUTO_TEST_CASE(at_level_error_a_clean_run_says_nothing) {
  RunningServer server("memory:", {"--log-level", "error"});
  BOOST_TEST(server.stop(SIGTERM) == 0);
  BOOST_TEST(server.program().error_output() == "");
}

BOOST_AUTO_TEST_CASE(sighup_opens_the_file_anew_and_changes_nothing_else) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("log");
  RunningServer server("memory:", {"--log-file", path});
  ask(server.admin_port(), "PUT", "/log-level", "debug");
  BOOST_TEST(soon([&] { return has(contents_of(path), "level is debug"); }));
  for (const char* end : {".1", ".2"}) {
    std::filesystem::rename(path, path + end);
    server.program().signal(SIGHUP);
    BOOST_TEST(soon([&] { return std::filesystem::exists(path); }));
  }
  BOOST_TEST(ask(server.port(), "GET", "/users").result_int() == 200U);
  BOOST_TEST(server.stop(SIGINT) == 0);
  BOOST_TEST(has(contents_of(path), "stopped; the store is closed\n"));
  BOOST_TEST(!has(contents_of(path + ".1"), "stopped"));
  BOOST_TEST(server.program().error_output() == "");
}

BOOST_AUTO_TEST_CASE(a_file_that_can_t_be_opened_is_refused) {
  Program program(ROLLCALL_PROGRAM, {"--listen", "127.0.0.1:0", "--store", "memory:", "--log-file",
                                     "/no/such/folder/log"});
  BOOST_TEST(program.wait().value_or(-1) == 1);
  BOOST_TEST(program.error_output() ==
             "rollcall: can't open the log file /no/such/folder/log: No such file or directory: "
             "choose another with --log-file\n");
}

BOOST_AUTO_TEST_CASE(a_log_that_nobody_reads_stops_neither_the_server_nor_its_end) {
  const LogPipe pipe;
  pipe.fill();
  RunningServer server("memory:", {"--log-file", pipe.path()});
  for (int i = 0; i < 20; ++i) ask(server.admin_port(), "PUT", "/log-level", "debug");
  BOOST_TEST(ask(server.port(), "GET", "/users").result_int() == 200U);
  BOOST_TEST(server.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
