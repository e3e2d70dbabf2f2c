#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdio>
#include <deque>
#include <fstream>
#include <thread>

#include "server/limits.hpp"
#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// The admin listener of the real program.
namespace rollcall::tests {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

std::optional<Response> ask(std::uint16_t port, const std::string& what) {
  Client client(port);
  return client.exchange(what + " HTTP/1.1\r\nHost: x\r\n\r\n", what.starts_with("HEAD"));
}

unsigned status(std::uint16_t port, const std::string& what) {
  const auto response = ask(port, what);
  return response ? response->result_int() : 0;
}

std::string metrics(std::uint16_t port) { return ask(port, "GET /metrics")->body(); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// The page once it has `line`, or as it is after a while: an answer is counted at the end of the
/// turn that sends it.
std::string page_with(std::uint16_t port, const std::string& line) {
  std::string page = metrics(port);
  for (int i = 0; i < 100 && !has(page, line); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    page = metrics(port);
  }
  return page;
}

/// A port in use, whose neighbour below is free or was a moment ago.
struct UsedPort {
  boost::asio::io_context context;
  tcp::acceptor acceptor{context, {boost::asio::ip::make_address("127.0.0.1"), 0}};

  std::uint16_t port() const { return acceptor.local_endpoint().port(); }
  std::string below() const { return "127.0.0.1:" + std::to_string(port() - 1); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin)

BOOST_AUTO_TEST_CASE(metrics_count_what_the_api_was_asked) {
  const TemporaryDirectory directory;
  RunningServer server("sqlite:" + directory.file("a.db"));
  BOOST_REQUIRE(server.admin_port() != 0);
  BOOST_TEST(server.admin_port() != server.port());
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(client.exchange(create_request(user_json("A", "B", "a@b.c")))->result_int() == 201U);
  }
  BOOST_TEST(client.exchange(create_request("{}"))->result_int() == 400U);
  const std::string name =
      "http_server_request_duration_seconds_count{http_request_method="
      "\"POST\",http_route=\"/users\",http_response_status_code=";
  const std::string page = page_with(server.admin_port(), name + "\"400\"} 1\n");
  BOOST_TEST(has(page, name + "\"201\"} 3\n"), page);
  BOOST_TEST(has(page, name + "\"400\"} 1\n"));
  BOOST_TEST(has(page,
                 "rollcall_problems_total{problem=\"invalid_user\",http_response_status_code="
                 "\"400\"} 1\n"));
  BOOST_TEST(has(page, "rollcall_users 3\n"));
  BOOST_TEST(has(page, "rollcall_commit_writes_sum 3\n"));
  BOOST_TEST(has(page, "rollcall_sync_duration_seconds_count 3\n"));
  BOOST_TEST(!has(page, "rollcall_sync_duration_seconds_sum 0\n"));
  BOOST_TEST(has(page, "rollcall_io_threads 1\n"));
  BOOST_TEST(has(page, "rollcall_state{state=\"ready\"} 1\n"));
  BOOST_TEST(has(page, "rollcall_build_info{version=\""));
  // The API has none of it.
  BOOST_TEST(status(server.port(), "GET /metrics") == 404U);
}

BOOST_AUTO_TEST_CASE(promtool_finds_no_fault_with_the_page) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) {
    BOOST_TEST_MESSAGE("skipped: no promtool (script/bootstrap --metrics)");
    return;
  }
  const TemporaryDirectory directory;
  RunningServer server("memory:");
  status(server.port(), "GET /users");
  const std::string file = directory.file("page");
  std::ofstream(file) << metrics(server.admin_port());
  const std::string said = directory.file("said");
  const int code = std::system(("promtool check metrics <" + file + " >" + said + " 2>&1").c_str());
  std::ifstream stream(said);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  BOOST_TEST(code == 0, text);
  BOOST_TEST(text == "");
}

BOOST_AUTO_TEST_CASE(a_drain_is_told_to_probes_until_it_is_taken_back) {
  RunningServer server("memory:");
  const std::uint16_t admin = server.admin_port();
  BOOST_TEST(status(server.port(), "GET /readyz") == 200U);
  BOOST_TEST(status(admin, "POST /drain") == 200U);
  BOOST_TEST(status(server.port(), "GET /readyz") == 503U);
  BOOST_TEST(status(admin, "GET /readyz") == 503U);
  BOOST_TEST(status(admin, "GET /livez") == 200U);
  BOOST_TEST(status(admin, "POST /resume") == 202U);
  for (int i = 0; i < 100 && status(server.port(), "GET /readyz") != 200; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  BOOST_TEST(status(server.port(), "GET /readyz") == 200U);
}

BOOST_AUTO_TEST_CASE(it_says_the_options_in_effect_and_answers_head_as_get_without_a_body) {
  RunningServer server("memory:", {"--idle-timeout", "7"});
  const auto response = ask(server.admin_port(), "GET /config");
  const auto json = boost::json::parse(response->body()).as_object();
  BOOST_TEST(json.at("idle-timeout").as_int64() == 7);
  const auto head = ask(server.admin_port(), "HEAD /config");
  BOOST_TEST((*head)[http::field::content_length] == std::to_string(response->body().size()));
  BOOST_TEST(status(server.admin_port(), "GET /drain") == 405U);
  BOOST_TEST((*ask(server.admin_port(), "GET /drain"))[http::field::allow] == "POST");
}

BOOST_AUTO_TEST_CASE(it_answers_while_the_disk_hangs_and_with_it_the_only_io_thread) {
  const TemporaryDirectory directory;
  const std::string control = directory.file("faults");
  std::ofstream(control) << "none";
  RunningServer server("sqlite:" + directory.file("a.db"), {"--threads", "1", "--commit", "turn"},
                       {"LD_PRELOAD=" DISK_FAULTS_LIBRARY, "ROLLCALL_TEST_FAULTS=" + control,
                        "ASAN_OPTIONS=verify_asan_link_order=0"});
  Client client(server.port());
  std::ofstream(control) << "hang";
  BOOST_REQUIRE(client.send(create_request(user_json("A", "B", "a@b.c"))));
  unsigned ready = 200;
  for (int i = 0; i < 100 && ready == 200; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ready = status(server.admin_port(), "GET /readyz");
  }
  BOOST_TEST(ready == 503U);
  BOOST_TEST(status(server.admin_port(), "GET /livez") == 200U);
  const std::string page = metrics(server.admin_port());
  BOOST_TEST(has(page, "rollcall_state{state=\"store_hung\"} 1\n"));
  BOOST_TEST(has(page, "rollcall_pending_writes 1\n"));
  std::ofstream(control) << "none";
  BOOST_TEST(client.receive()->result_int() == 201U);
}

BOOST_AUTO_TEST_CASE(by_default_it_is_given_up_with_a_line_if_its_port_is_in_use) {
  for (int i = 0; i < 20; ++i) {
    const UsedPort used;
    Program program(ROLLCALL_PROGRAM, {"--listen", used.below(), "--store", "memory:"});
    const auto line = program.first_line();
    // Somebody else may have the port below.
    if (!line) continue;
    BOOST_TEST(!has(*line, "admin"));
    program.signal(SIGINT);
    BOOST_TEST(program.wait().value_or(-1) == 0);
    BOOST_TEST(has(program.error_output(), "no admin listener"));
    return;
  }
  BOOST_ERROR("no port with a free neighbour");
}

BOOST_AUTO_TEST_CASE(by_default_it_is_on_the_port_after_that_of_the_api) {
  for (int i = 0; i < 20; ++i) {
    std::string below;
    std::uint16_t port = 0;
    {
      const UsedPort used;
      below = used.below();
      port = used.port();
    }
    Program program(ROLLCALL_PROGRAM, {"--listen", below, "--store", "memory:"});
    const auto line = program.first_line();
    if (!line || !has(*line, "admin")) continue;
    BOOST_TEST(has(*line, "; admin http://127.0.0.1:" + std::to_string(port)));
    BOOST_TEST(status(port, "GET /livez") == 200U);
    return;
  }
  BOOST_ERROR("no two free ports");
}

BOOST_AUTO_TEST_CASE(an_address_that_was_asked_for_must_be_free) {
  const UsedPort used;
  const std::string address = "127.0.0.1:" + std::to_string(used.port());
  Program program(ROLLCALL_PROGRAM,
                  {"--listen", "127.0.0.1:0", "--store", "memory:", "--admin-listen", address});
  BOOST_TEST(program.wait().value_or(-1) == 1);
  BOOST_TEST(has(program.error_output(), "choose another address with --admin-listen"));
  RunningServer without("memory:", {"--admin-listen", "off"});
  BOOST_TEST(without.admin_port() == 0U);
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_limit_are_closed) {
  RunningServer server("memory:");
  std::deque<Client> clients;
  for (std::size_t i = 0; i <= server::max_admin_connections; ++i) {
    Client& client = clients.emplace_back(server.admin_port());
    const auto response = client.exchange("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(response.has_value() == (i < server::max_admin_connections), i);
  }
  clients.pop_front();
  for (int i = 0; i < 100; ++i) {
    Client client(server.admin_port());
    if (client.exchange("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  BOOST_ERROR("no room when one has gone");
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_large_or_malformed_is_refused) {
  RunningServer server("memory:");
  const auto with_field_of = [&](std::size_t octets) {
    Client client(server.admin_port());
    const std::string name = "A: ", end = "\r\n\r\n";
    const std::string value(octets - name.size() - end.size(), 'a');
    const auto response =
        client.exchange("GET /livez HTTP/1.1\r\nHost: x\r\n" + name + value + end);
    return response ? response->result_int() : 0;
  };
  BOOST_TEST(with_field_of(server::max_admin_request_octets - 1) == 200U);
  BOOST_TEST(with_field_of(server::max_admin_request_octets) == 200U);
  BOOST_TEST(with_field_of(server::max_admin_request_octets + 1) == 400U);
  Client client(server.admin_port());
  BOOST_TEST(client.exchange("octets\r\n\r\n")->result_int() == 400U);
  BOOST_TEST(client.at_end());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
