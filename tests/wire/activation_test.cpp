#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_directory.hpp"

/// Sockets that outlive the program, sockets that are files, and what the service manager is told.
namespace rollcall::tests {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

const std::string create = create_request(user_json("A", "B", "a@b.c"));
constexpr const char* livez = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// For a shell whose descriptors are in place.
constexpr const char* run = "export LISTEN_PID=$$; exec \"$0\" \"$@\"";

/// Listens as systemd would for a socket unit.
class HeldSocket {
 public:
  HeldSocket() : socket_(context_, {asio::ip::address_v4::loopback(), 0}) {
    // Those who are started inherit it.
    ::fcntl(socket_.native_handle(), F_SETFD, 0);
  }
  std::uint16_t port() const { return socket_.local_endpoint().port(); }

  /// A server that is given it under `name`.
  std::unique_ptr<Program> start(const std::string& name, Program::Arguments more = {}) {
    return started("exec 3<&" + number() + "; " + run, name, std::move(more));
  }
  /// `names`: of all that are given, with colons between.
  static std::unique_ptr<Program> started(const std::string& script, const std::string& names,
                                          Program::Arguments more) {
    Program::Arguments words{"-c", script, ROLLCALL_PROGRAM, "--store", "memory:"};
    words.insert(words.end(), more.begin(), more.end());
    const auto count = std::count(names.begin(), names.end(), ':') + 1;
    return std::make_unique<Program>(
        "/bin/bash", words,
        Program::Arguments{"LISTEN_FDS=" + std::to_string(count), "LISTEN_FDNAMES=" + names});
  }
  /// For a shell.
  std::string number() const { return std::to_string(socket_.native_handle()); }

 private:
  asio::io_context context_;
  mutable asio::ip::tcp::acceptor socket_;
};

/// A server that is given sockets by their names.
std::unique_ptr<Program> started_with(
    const std::vector<std::pair<const HeldSocket*, std::string>>& held, Program::Arguments more) {
  std::string script, names;
  // First out of the way of the numbers that they are to have.
  for (std::size_t i = 0; i < held.size(); ++i) {
    script += "exec " + std::to_string(100 + i) + "<&" + held[i].first->number() + "; ";
  }
  for (std::size_t i = 0; i < held.size(); ++i) {
    script += "exec " + std::to_string(3 + i) + "<&" + std::to_string(100 + i) + "; ";
    names += (i > 0 ? ":" : "") + held[i].second;
  }
  return HeldSocket::started(script + run, names, std::move(more));
}

/// Creates users until it is told to stop, each on the connection of the one before if that is
/// still open. Counts those that were not answered with 201.
class Load {
 public:
  Load(std::uint16_t port, int clients) {
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this, port] { run(port); });
  }
  ~Load() { stop(); }
  void stop() {
    stops_ = true;
    for (std::thread& each : threads_) {
      if (each.joinable()) each.join();
    }
  }
  int made() const { return made_; }
  int failed() const { return failed_; }

 private:
  void run(std::uint16_t port) {
    std::unique_ptr<Client> client;
    while (!stops_) {
      try {
        if (!client) client = std::make_unique<Client>(port);
        const auto answer = client->exchange(create);
        const bool good = answer && answer->result_int() == 201U;
        ++(good ? made_ : failed_);
        if (!good || (*answer)[http::field::connection] == "close") client.reset();
      } catch (const boost::system::system_error&) {
        ++failed_;
        client.reset();
      }
    }
  }

  std::atomic<bool> stops_{false};
  std::atomic<int> made_{0};
  std::atomic<int> failed_{0};
  std::vector<std::thread> threads_;
};

/// What a server that listens on the file `path` answers to a probe; empty if it does not.
std::string ask_file(const std::string& path) {
  asio::io_context context;
  asio::local::stream_protocol::socket socket(context);
  boost::system::error_code error;
  socket.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error) return "";
  asio::write(socket, asio::buffer(std::string_view(livez)), error);
  std::string answer;
  asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n", error);
  return answer;
}

Program::Arguments on_file(const std::string& path, Program::Arguments more = {}) {
  more.insert(more.end(), {"--listen", "unix:" + path, "--store", "memory:"});
  return more;
}

mode_t mode_of(const std::string& path) {
  struct stat about {};
  BOOST_REQUIRE(::lstat(path.c_str(), &about) == 0);
  return about.st_mode & 07777;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(activation)

BOOST_AUTO_TEST_CASE(restarts_on_a_socket_that_is_given_refuse_nobody_and_lose_no_request) {
  HeldSocket held;
  auto server = held.start("api", {"--drain-delay", "0.3"});
  BOOST_REQUIRE(server->first_line());
  Load load(held.port(), 8);
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(300ms);
    server->signal(SIGTERM);
    BOOST_TEST(server->wait().value_or(-1) == 0);
    server = held.start("api", {"--drain-delay", "0.3"});
    const auto line = server->first_line();
    BOOST_REQUIRE(line);
    BOOST_TEST(line->find("http://127.0.0.1:" + std::to_string(held.port())) != line->npos, *line);
  }
  std::this_thread::sleep_for(300ms);
  load.stop();
  BOOST_TEST(load.failed() == 0);
  BOOST_TEST(load.made() > 100);
}

BOOST_AUTO_TEST_CASE(sockets_named_admin_and_agent_serve_those_and_others_the_api) {
  const HeldSocket one, two, three;
  const auto server = started_with({{&one, "agent"}, {&two, "web"}, {&three, "admin"}},
                                   {"--admin-listen", "off", "--agent-listen", "off"});
  const auto line = server->first_line();
  BOOST_REQUIRE(line);
  BOOST_TEST(
      line->find("serves http://127.0.0.1:" + std::to_string(two.port()) + " from") != line->npos,
      *line);
  BOOST_TEST(line->ends_with("; admin http://127.0.0.1:" + std::to_string(three.port()) +
                             "; agent 127.0.0.1:" + std::to_string(one.port())),
             *line);
  Client api(two.port()), admin(three.port()), agent(one.port());
  BOOST_TEST(api.exchange(create)->result_int() == 201U);
  const auto page = admin.exchange("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(page->body().find("\nrollcall_users 1\n") != std::string::npos);
  BOOST_TEST(agent.receive_some().starts_with("up ready maxconn:"));
}

BOOST_AUTO_TEST_CASE(a_socket_named_admin_alone_leaves_the_api_to_listen) {
  const HeldSocket held;
  const auto server = started_with({{&held, "admin"}}, {"--listen", "127.0.0.1:0"});
  const auto line = server->first_line();
  BOOST_REQUIRE(line);
  BOOST_TEST(line->ends_with("; admin http://127.0.0.1:" + std::to_string(held.port())), *line);
  const std::size_t at = line->find("http://127.0.0.1:") + 17;
  Client api(static_cast<std::uint16_t>(std::stoi(line->substr(at))));
  BOOST_TEST(api.exchange(create)->result_int() == 201U);
}

BOOST_AUTO_TEST_CASE(a_given_socket_that_is_of_no_use_here_is_refused_in_one_line) {
  const HeldSocket one, two;
  const auto refusal = [](const std::unique_ptr<Program>& server) {
    BOOST_TEST(server->wait().value_or(-1) == 1);
    return server->error_output();
  };
  for (const std::string name : {"admin", "agent"}) {
    BOOST_TEST(refusal(started_with({{&one, name}, {&two, name}}, {}))
                   .ends_with(" error LISTEN_FDNAMES calls two sockets '" + name +
                              "': give one of that name\n"));
  }
  const TemporaryDirectory directory;
  asio::io_context context;
  const asio::local::stream_protocol::acceptor file(context, directory.file("socket"));
  const int descriptor = const_cast<asio::local::stream_protocol::acceptor&>(file).native_handle();
  ::fcntl(descriptor, F_SETFD, 0);
  BOOST_TEST(refusal(HeldSocket::started("exec 3<&" + std::to_string(descriptor) + "; " + run,
                                         "admin", {}))
                 .find("'admin' is a file: give an address") != std::string::npos);
  BOOST_TEST(refusal(HeldSocket::started(std::string("exec 3</dev/null; ") + run, "api", {}))
                 .find("is not a stream socket") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_service_manager_is_told_of_the_start_and_of_the_stop) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("notify");
  asio::io_context context;
  asio::local::datagram_protocol::socket manager(context, path);
  Program server(ROLLCALL_PROGRAM,
                 {"--listen", "127.0.0.1:0", "--store", "sqlite:" + directory.file("a.db")},
                 {"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=1000000"});
  char text[512];
  const auto told = [&] { return std::string(text, manager.receive(asio::buffer(text))); };
  BOOST_TEST(told().starts_with("STATUS=Loading: "));
  BOOST_TEST(told().starts_with("READY=1\n"));
  BOOST_TEST(told() == "WATCHDOG=1");
  server.signal(SIGTERM);
  std::string last;
  while ((last = told()) == "WATCHDOG=1") {
  }
  BOOST_TEST(last.starts_with("STOPPING=1\n"), last);
  BOOST_TEST(server.wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(a_file_is_listened_on_with_its_mode_and_removed_in_the_end) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("socket");
  for (const bool narrow : {false, true}) {
    const Program::Arguments mode =
        narrow ? Program::Arguments{"--socket-mode", "600"} : Program::Arguments{};
    Program server(ROLLCALL_PROGRAM, on_file(path, mode));
    const auto line = server.first_line();
    BOOST_REQUIRE(line);
    BOOST_TEST(line->find(" unix:" + path + " ") != line->npos, *line);
    BOOST_TEST(mode_of(path) == (narrow ? 0600U : 0660U));
    BOOST_TEST(ask_file(path).starts_with("HTTP/1.1 200 OK\r\n"));
    server.signal(SIGINT);
    BOOST_TEST(server.wait().value_or(-1) == 0);
    BOOST_TEST(!fs::exists(path));
  }
}

BOOST_AUTO_TEST_CASE(a_socket_file_is_replaced_only_if_nobody_listens_on_it) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("socket");
  {
    Program killed(ROLLCALL_PROGRAM, on_file(path));
    BOOST_REQUIRE(killed.first_line());
    killed.signal(SIGKILL);
    killed.wait();
  }
  BOOST_TEST(fs::exists(path));
  Program server(ROLLCALL_PROGRAM, on_file(path));
  BOOST_REQUIRE(server.first_line());
  Program second(ROLLCALL_PROGRAM, on_file(path));
  BOOST_TEST(second.wait().value_or(-1) == 1);
  BOOST_TEST(second.error_output().find("another program") != std::string::npos);
  BOOST_TEST(ask_file(path).starts_with("HTTP/1.1 200"));
  const std::string file = directory.file("file");
  std::ofstream(file) << "kept";
  Program third(ROLLCALL_PROGRAM, on_file(file));
  BOOST_TEST(third.wait().value_or(-1) == 1);
  BOOST_TEST(third.error_output().find("not a socket") != std::string::npos);
  BOOST_TEST(fs::file_size(file) == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
