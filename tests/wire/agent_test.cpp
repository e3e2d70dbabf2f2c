#include <boost/test/unit_test.hpp>
#include <csignal>
#include <deque>
#include <string>
#include <thread>

#include "server/limits.hpp"
#include "tests/support/client.hpp"
#include "tests/wire/running_server.hpp"

/// What agent checks are told by the real program.
namespace rollcall::tests {
namespace {

std::uint16_t port_behind(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name);
  BOOST_REQUIRE(at != line.npos);
  return static_cast<std::uint16_t>(std::stoi(line.substr(at + name.size())));
}

/// A server with all of its listeners.
struct Checked {
  explicit Checked(Program::Arguments more = {})
      : program(ROLLCALL_PROGRAM, with(std::move(more))) {
    const auto line = program.first_line();
    BOOST_REQUIRE(line);
    admin = port_behind(*line, "admin http://127.0.0.1:");
    agent = port_behind(*line, "agent 127.0.0.1:");
  }
  static Program::Arguments with(Program::Arguments more) {
    more.insert(more.end(),
                {"--listen", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0", "--store", "memory:"});
    return more;
  }

  /// All that is said until the server closes.
  std::string check(const std::string& sent = "") const {
    Client client(agent);
    if (!sent.empty()) client.send(sent);
    std::string all;
    for (std::string some; !(some = client.receive_some()).empty();) all += some;
    return all;
  }
  unsigned ask(const std::string& what) const {
    Client client(admin);
    return client.exchange(what + " HTTP/1.1\r\nHost: x\r\n\r\n")->result_int();
  }

  Program program;
  std::uint16_t admin = 0;
  std::uint16_t agent = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(agent)

BOOST_AUTO_TEST_CASE(a_check_is_told_one_line_whatever_it_sends) {
  const Checked server({"--max-connections", "123"});
  for (const char* const sent : {"", "hello\n", "GET / HTTP/1.1\r\n\r\n"}) {
    BOOST_TEST(server.check(sent) == "up ready maxconn:123\n");
  }
}

BOOST_AUTO_TEST_CASE(a_drain_is_told_until_it_is_taken_back) {
  Checked server;
  BOOST_TEST(server.ask("POST /drain") == 200U);
  BOOST_TEST(server.check() == "drain\n");
  BOOST_TEST(server.ask("POST /resume") == 202U);
  std::string line;
  for (int i = 0; i < 100 && !line.starts_with("up ready"); ++i) {
    line = server.check();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  BOOST_TEST(line.starts_with("up ready maxconn:"));
  server.program.signal(SIGTERM);
  for (int i = 0; i < 40 && line.starts_with("up ready"); ++i) line = server.check();
  BOOST_TEST(line == "drain\n");
  BOOST_TEST(server.program.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(checks_beyond_the_limit_are_closed_and_leave_room_again) {
  const Checked server;
  std::deque<Client> held;
  for (std::size_t i = 0; i < server::max_admin_connections; ++i) held.emplace_back(server.agent);
  for (Client& each : held) BOOST_TEST(each.receive_some() != "");
  // Those that don't close take the places.
  BOOST_TEST(server.check() == "");
  held.clear();
  std::string line;
  for (int i = 0; i < 100 && line.empty(); ++i) {
    line = server.check();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  BOOST_TEST(line.starts_with("up ready"));
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_refused_in_one_line) {
  const Checked server;
  Program second(ROLLCALL_PROGRAM, {"--listen", "127.0.0.1:0", "--store", "memory:",
                                    "--agent-listen", "127.0.0.1:" + std::to_string(server.agent)});
  BOOST_TEST(second.wait().value_or(-1) == 1);
  BOOST_TEST(second.error_output().find("choose another address with --agent-listen") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
