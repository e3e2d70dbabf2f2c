#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "server/limits.hpp"
#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// PROXY headers and the real program.
namespace rollcall::tests {
namespace {

using namespace std::string_literals;

const std::string request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string line = "PROXY TCP4 203.0.113.9 127.0.0.1 4660 3000\r\n";
const std::string binary =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc6\x33\x64\x01\x7f\x00\x00\x01\x12\x34\x0b\xb8"s;
const std::string local = "\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"s;

Program::Arguments options(const std::string& versions, Program::Arguments more = {}) {
  Program::Arguments all{"--proxy-protocol", versions, "--access-log", "all",
                         "--log-client",     "full"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// The clients in the log, one after the other.
std::string clients(RunningServer& server) {
  BOOST_TEST(server.stop(SIGINT) == 0);
  const std::string said = server.program().error_output();
  std::string all;
  for (std::size_t at = 0; (at = said.find(" route=/livez", at)) != said.npos; ++at) {
    const std::size_t end = said.find('\n', at);
    const std::size_t client = said.find(" client=", at);
    if (client >= end) {
      all += "- ";
      continue;
    }
    const std::size_t value = client + std::strlen(" client=");
    all += said.substr(value, said.find(' ', value) - value) + " ";
  }
  return all;
}

std::uint64_t closed(RunningServer& server, const std::string& reason) {
  Client client(server.admin_port());
  const std::string page = client.exchange("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")->body();
  const std::string name = "rollcall_connections_closed_total{reason=\"" + reason + "\"} ";
  const std::size_t at = page.find(name);
  BOOST_REQUIRE(at != page.npos);
  return std::stoul(page.substr(at + name.size()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_protocol)

BOOST_AUTO_TEST_CASE(the_client_is_whom_the_header_names) {
  RunningServer server("memory:", options("any", {"--proxy-from", "127.0.0.1"}));
  for (const std::string& header : {line, binary, local, "PROXY UNKNOWN\r\n"s}) {
    Client client(server.port());
    // Both requests of the connection are its client's.
    BOOST_TEST(client.exchange(header + request)->result_int() == 200U);
    BOOST_TEST(client.exchange(request)->result_int() == 200U);
  }
  BOOST_TEST(clients(server) ==
             "203.0.113.9 203.0.113.9 198.51.100.1 198.51.100.1 127.0.0.1 127.0.0.1 127.0.0.1 "
             "127.0.0.1 ");
}

BOOST_AUTO_TEST_CASE(a_header_may_come_octet_by_octet_and_its_request_with_it) {
  RunningServer server("memory:", options("any", {"--proxy-from", "127.0.0.0/8"}));
  for (const std::string& header : {line, binary}) {
    Client client(server.port());
    const std::string all = header + request;
    for (const char c : all) {
      BOOST_REQUIRE(client.send({&c, 1}));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    BOOST_TEST(client.receive()->result_int() == 200U);
  }
  BOOST_TEST(clients(server) == "203.0.113.9 198.51.100.1 ");
}

BOOST_AUTO_TEST_CASE(from_elsewhere_no_header_is_expected_and_none_is_believed) {
  RunningServer server("memory:", options("any", {"--proxy-from", "127.0.0.2"}));
  Client plain(server.port());
  BOOST_TEST(plain.exchange(request)->result_int() == 200U);
  Client forged(server.port());
  BOOST_TEST(forged.exchange(line + request)->result_int() == 400U);
  BOOST_TEST(closed(server, "bad_proxy_header") == 0U);
  BOOST_TEST(clients(server) == "127.0.0.1 ");
}

BOOST_AUTO_TEST_CASE(a_connection_of_a_proxy_without_a_good_header_is_closed_and_counted) {
  RunningServer server("memory:", options("v2", {"--proxy-from", "127.0.0.1"}));
  for (const std::string& start :
       {request, line + request, "\r\n\r\n\0\r\nQUIT\n\x2f"s + std::string(16, 'x')}) {
    Client client(server.port());
    BOOST_TEST(!client.exchange(start).has_value());
  }
  BOOST_TEST(closed(server, "bad_proxy_header") == 3U);
  // One that goes before its header was whole, and one that never comes.
  {
    Client gone(server.port());
    BOOST_REQUIRE(gone.send(binary.substr(0, 20)));
  }
  Client silent(server.port(), server::proxy_header_time + std::chrono::seconds(5));
  BOOST_REQUIRE(silent.send(binary.substr(0, 5)));
  BOOST_TEST(silent.at_end());
  BOOST_TEST(closed(server, "proxy_header_timeout") == 1U);
  BOOST_TEST(closed(server, "client") == 1U);
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_a_header_that_does_not_come) {
  RunningServer server("memory:", options("v2", {"--proxy-from", "127.0.0.1"}));
  Client silent(server.port());
  BOOST_REQUIRE(silent.send(binary.substr(0, 5)));
  // It is seen to wait by the next one, which comes behind it.
  Client next(server.port());
  BOOST_TEST(next.exchange(binary + request)->result_int() == 200U);
  BOOST_TEST(server.stop(SIGINT) == 0);
}

BOOST_AUTO_TEST_CASE(a_header_that_comes_in_a_stop_is_waited_for_and_its_request_answered) {
  bool answered = false;
  for (int i = 0; i < 5 && !answered; ++i) {
    RunningServer server("memory:", options("v2", {"--proxy-from", "127.0.0.1"}));
    Client late(server.port());
    BOOST_REQUIRE(late.send(binary.substr(0, 5)));
    {
      Client next(server.port());
      BOOST_TEST(next.exchange(binary + request)->result_int() == 200U);
    }
    server.program().signal(SIGINT);
    // By then no thread has anything left. On a busy machine it may be too late for the header.
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    late.send(binary.substr(5) + request);
    const auto answer = late.receive();
    answered = answer && answer->result_int() == 200U;
    BOOST_TEST(server.program().wait(std::chrono::seconds(5)).value_or(-1) == 0);
  }
  BOOST_TEST(answered);
}

BOOST_AUTO_TEST_CASE(a_socket_s_file_is_a_place_too) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("socket");
  RunningServer server("memory:",
                       options("any", {"--proxy-from", "unix", "--listen", "unix:" + path}));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  BOOST_REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const std::string all = line + request;
  BOOST_REQUIRE(::send(socket, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
  char answer[64]{};
  BOOST_TEST(::recv(socket, answer, sizeof answer - 1, 0) > 0);
  BOOST_TEST(std::string(answer).starts_with("HTTP/1.1 200 "));
  ::close(socket);
  // The other listener's connections have none.
  Client client(server.port());
  BOOST_TEST(client.exchange(request)->result_int() == 200U);
  BOOST_TEST(clients(server) == "203.0.113.9 127.0.0.1 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
