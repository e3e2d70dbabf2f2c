#include <sys/resource.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// The limits of connections, time and descriptors: what happens there, what is logged, and that
/// the server recovers.
namespace rollcall::tests {
namespace {

namespace http = boost::beast::http;
using namespace std::chrono_literals;

constexpr const char* get = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";

unsigned status(Client& client) {
  const auto response = client.exchange(get);
  return response ? response->result_int() : 0;
}

std::size_t open_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// User and system time, in clock ticks (proc(5): fields 14 and 15).
long cpu_ticks(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return user + system;
}

/// No thread of `pid` runs or wants to: what followed the last answer has been done too.
bool all_threads_sleep(pid_t pid) {
  for (const auto& thread :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream file(thread.path() / "stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.substr(text.rfind(')') + 2, 1) != "S") return false;
  }
  return true;
}

/// Each has begun a request, and so is not idle.
void make_busy(const std::vector<std::unique_ptr<Client>>& clients) {
  for (const auto& each : clients) BOOST_REQUIRE(each->send("G"));
  std::this_thread::sleep_for(200ms);
}

void limit_descriptors(pid_t pid, std::size_t count) {
  rlimit limit{};
  BOOST_REQUIRE(::prlimit(pid, RLIMIT_NOFILE, nullptr, &limit) == 0);
  limit.rlim_cur = count;
  BOOST_REQUIRE(::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr) == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(connections_up_to_the_cap_are_served_and_one_more_gets_503_until_one_goes) {
  RunningServer server("memory:", {"--max-connections", "3", "--threads", "2-2"});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    BOOST_TEST(status(*clients.back()) == 200U);
  }
  make_busy(clients);
  {
    Client beyond(server.port());
    const auto refused = beyond.exchange(get);
    BOOST_REQUIRE(refused);
    BOOST_TEST(refused->result_int() == 503U);
    BOOST_TEST((*refused)[http::field::retry_after] == "1");
    BOOST_TEST((*refused)[http::field::connection] == "close");
    BOOST_TEST(beyond.at_end());
  }
  BOOST_REQUIRE(clients.front()->send(std::string(get).substr(1)));
  BOOST_TEST(clients.front()->receive()->result_int() == 200U);
  BOOST_REQUIRE(clients.front()->send("G"));
  clients.pop_back();
  unsigned now = 0;
  for (int i = 0; i < 1'000 && now != 200; ++i) {
    Client again(server.port());
    now = status(again);
  }
  BOOST_TEST(now == 200U);
  BOOST_TEST(server.stop(SIGTERM) == 0);
  BOOST_TEST(server.program().error_output().find("--max-connections") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(at_the_cap_the_connection_that_was_idle_longest_makes_room_for_a_new_one) {
  RunningServer server("memory:", {"--max-connections", "3", "--threads", "2-2"});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    BOOST_TEST(status(*clients.back()) == 200U);
    // The threads tell one another every 250 ms how long theirs were idle.
    std::this_thread::sleep_for(300ms);
  }
  BOOST_TEST(status(*clients.front()) == 200U);
  std::this_thread::sleep_for(300ms);
  Client newcomer(server.port());
  BOOST_TEST(status(newcomer) == 200U);
  BOOST_TEST(clients[1]->at_end());
  BOOST_TEST(status(*clients[0]) == 200U);
  BOOST_TEST(status(*clients[2]) == 200U);
  BOOST_TEST(server.stop(SIGTERM) == 0);
  BOOST_TEST(server.program().error_output().find("503") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_probe_is_answered_truly_at_the_cap_though_none_is_idle) {
  RunningServer server("memory:", {"--max-connections", "2"});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    BOOST_TEST(status(*clients.back()) == 200U);
  }
  make_busy(clients);
  for (const char* probe : {"GET /livez", "HEAD /livez", "GET /readyz", "OPTIONS /", "GET /"}) {
    Client beyond(server.port());
    const bool head = std::string(probe).starts_with("HEAD");
    const auto answer = beyond.exchange(std::string(probe) + " HTTP/1.1\r\nHost: x\r\n\r\n", head);
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->result_int() == 200U, probe);
    BOOST_TEST((*answer)[http::field::connection] == "close");
    BOOST_TEST(beyond.at_end());
  }
  Client beyond(server.port());
  BOOST_TEST(status(beyond) == 503U);
}

BOOST_AUTO_TEST_CASE(as_many_as_are_turned_away_in_order_and_the_rest_at_once) {
  RunningServer server("memory:", {"--max-connections", "1"});
  std::vector<std::unique_ptr<Client>> clients;
  clients.push_back(std::make_unique<Client>(server.port()));
  Client& only = *clients.front();
  BOOST_TEST(status(only) == 200U);
  make_busy(clients);
  // 256 silent ones wait for their 503; further ones are closed without one.
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 257; ++i) silent.push_back(std::make_unique<Client>(server.port()));
  BOOST_TEST(status(*silent[255]) == 503U);
  BOOST_TEST(!silent[256]->exchange(get));
  BOOST_REQUIRE(only.send(std::string(get).substr(1)));
  BOOST_TEST(only.receive()->result_int() == 200U);
}

BOOST_AUTO_TEST_CASE(every_deadline_can_be_set) {
  RunningServer server("memory:", {"--header-timeout", "0.3", "--body-timeout", "0.3",
                                   "--idle-timeout", "0.5", "--write-timeout", "0.3"});
  Client header(server.port());
  Client body(server.port());
  Client idle(server.port());
  header.send("GET /livez HT");
  body.send(
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: 5\r\n\r\n{");
  for (Client* const late : {&header, &body}) {
    const auto response = late->receive();
    BOOST_REQUIRE(response);
    BOOST_TEST(response->result_int() == 408U);
    BOOST_TEST((*response)[http::field::connection] == "close");
  }
  BOOST_TEST(idle.at_end());
}

BOOST_AUTO_TEST_CASE(without_a_free_descriptor_nothing_ends_nothing_spins_and_it_passes) {
  const TemporaryDirectory directory;
  RunningServer server("sqlite:" + directory.file("a.db"));
  const pid_t pid = server.program().pid();
  Client before(server.port());
  BOOST_TEST(status(before) == 200U);
  const std::string user = create_request(user_json("A", "B", "a@b.c"));
  // While one is still left: UndefinedBehaviorSanitizer needs one when it first sees a type, and
  // some are first seen behind the answer.
  BOOST_TEST(before.exchange(user)->result_int() == 201U);
  for (int i = 0; i < 3'000 && !all_threads_sleep(pid); ++i) std::this_thread::sleep_for(10ms);
  limit_descriptors(pid, open_descriptors(pid));
  // One may get a descriptor that was in use just when they were counted.
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(std::make_unique<Client>(server.port()));
    waiting.back()->send(get);
  }
  const long ticks = cpu_ticks(pid);
  // Longer than it may wait in the queue: four times --max-queue-delay, counted in looks of 20 ms
  // at most, of which there are ten a second.
  std::this_thread::sleep_for(3s);
  // A loop around accept() would take about three hundred.
  BOOST_TEST(cpu_ticks(pid) - ticks < 90);
  const auto created = before.exchange(user);
  BOOST_REQUIRE_MESSAGE(created, server.program().error_output());
  BOOST_TEST(created->result_int() == 201U);
  limit_descriptors(pid, 200);
  for (const auto& each : waiting) {
    const auto response = each->receive();
    BOOST_REQUIRE(response);
    BOOST_TEST(response->result_int() == 200U);
  }
  BOOST_TEST(server.stop(SIGTERM) == 0);
  const std::string said = server.program().error_output();
  const std::size_t at = said.find("can't accept connections: Too many open files");
  BOOST_TEST(at != said.npos, said);
  BOOST_TEST(said.find("can't accept", at + 1) == said.npos, said);
}

BOOST_AUTO_TEST_CASE(a_low_limit_of_descriptors_lowers_the_cap_and_says_so) {
  Program program("/bin/sh", {"-c", "ulimit -n 600; exec \"$0\" \"$@\"", ROLLCALL_PROGRAM,
                              "--listen", "127.0.0.1:0", "--store", "memory:", "--threads", "1"});
  BOOST_REQUIRE(program.first_line());
  BOOST_TEST(program.error_output().find("connection limit lowered to 501") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(with_64_descriptors_32_clients_are_served_at_once_and_a_probe_is_answered) {
  const TemporaryDirectory directory;
  Program program("/bin/sh",
                  {"-c", "ulimit -n 64; exec \"$0\" \"$@\"", ROLLCALL_PROGRAM, "--listen",
                   "127.0.0.1:0", "--store", "sqlite:" + directory.file("a.db"), "--threads", "8"});
  const auto line = program.first_line();
  BOOST_REQUIRE(line);
  const auto port = static_cast<std::uint16_t>(std::stoi(line->substr(line->find("0.1:") + 4)));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 32; ++i) {
    clients.push_back(std::make_unique<Client>(port));
    const auto answer = clients.back()->exchange(create_request(user_json("A", "B", "a@b.c")));
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->result_int() == 201U);
  }
  make_busy(clients);
  Client probe(port);
  const auto ready = probe.exchange("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_REQUIRE(ready);
  BOOST_TEST(ready->result_int() == 200U);
  for (const auto& each : clients) {
    BOOST_REQUIRE(each->send("ET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
    BOOST_TEST(each->receive()->result_int() == 200U);
  }
  BOOST_TEST(program.error_output().find("can't accept") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(closed_and_broken_standard_streams_harm_nothing) {
  for (const char* streams : {"<&- >&- 2>&-", ">&-", "> >(exit 0) 2> >(exit 0)"}) {
    const TemporaryDirectory directory;
    const std::string file = directory.file("rollcall.db");
    std::uint16_t port = 0;
    {
      RunningServer free("memory:");
      port = free.port();
    }
    Program program("/bin/bash",
                    {"-c", std::string("exec \"$0\" \"$@\" ") + streams, ROLLCALL_PROGRAM,
                     "--listen", "127.0.0.1:" + std::to_string(port), "--store", "sqlite:" + file});
    std::unique_ptr<Client> client;
    for (int i = 0; i < 3'000 && !client; ++i) {
      try {
        client = std::make_unique<Client>(port);
      } catch (const boost::system::system_error&) {
        std::this_thread::sleep_for(10ms);
      }
    }
    BOOST_REQUIRE(client);
    for (int i = 0; i < 10; ++i) {
      const std::string user = create_request(user_json("A", "B", "a@b.c"));
      BOOST_TEST(client->exchange(user)->result_int() == 201U);
    }
    program.signal(SIGTERM);
    BOOST_TEST(program.wait().value_or(-1) == 0, streams);
    Program shell("/usr/bin/sqlite3", {file, "SELECT count(*) FROM users; PRAGMA quick_check"});
    BOOST_TEST(shell.wait().value_or(-1) == 0);
    BOOST_TEST(shell.output() == "10\nok\n", streams);
  }
}

BOOST_AUTO_TEST_CASE(clients_that_go_away_in_the_middle_of_their_answers_harm_nobody_else) {
  RunningServer server("memory:");
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += create_request(user_json("A", "B", "a@b.c"));
  for (int i = 0; i < 50; ++i) Client(server.port()).send(requests);
  Client client(server.port());
  BOOST_TEST(status(client) == 200U);
  BOOST_TEST(server.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
