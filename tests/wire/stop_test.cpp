#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// The first signal stops the server cleanly, the second one at once.
namespace rollcall::tests {
namespace {

using Clock = std::chrono::steady_clock;

const std::string body = user_json("A", "B", "a@b.c");

}  // namespace

BOOST_AUTO_TEST_SUITE(stop)

BOOST_AUTO_TEST_CASE(idle_connections_are_closed_and_the_exit_is_0_and_quick) {
  RunningServer server("memory:");
  Client idle(server.port());
  Client used(server.port());
  BOOST_TEST(used.exchange(create_request(body))->result_int() == 201U);
  const auto begin = Clock::now();
  BOOST_TEST(server.stop(SIGTERM) == 0);
  BOOST_TEST((Clock::now() - begin < std::chrono::seconds(5)));
  BOOST_TEST(idle.at_end());
  BOOST_TEST(used.at_end());
}

BOOST_AUTO_TEST_CASE(a_request_half_sent_at_the_signal_is_answered_with_connection_close) {
  const TemporaryDirectory directory;
  RunningServer server("sqlite:" + directory.file("rollcall.db"));
  Client client(server.port());
  const std::string request = create_request(body);
  BOOST_REQUIRE(client.send(request.substr(0, request.size() / 2)));
  // The half must have arrived before the signal: a second connection's answer shows that time
  // passed.
  Client other(server.port());
  BOOST_TEST(other.exchange(create_request(body))->result_int() == 201U);
  server.program().signal(SIGTERM);
  BOOST_TEST(other.at_end());
  BOOST_REQUIRE(client.send(request.substr(request.size() / 2)));
  const auto response = client.receive();
  BOOST_REQUIRE(response);
  BOOST_TEST(response->result_int() == 201U);
  BOOST_TEST((*response)[boost::beast::http::field::connection] == "close");
  BOOST_TEST(server.program().wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_never_finishes_its_request_is_cut_within_ten_seconds) {
  RunningServer server("memory:");
  Client client(server.port());
  BOOST_REQUIRE(client.send("POST /users HTTP/1.1\r\nHost:"));
  Client other(server.port());
  BOOST_TEST(other.exchange(create_request(body))->result_int() == 201U);
  const auto begin = Clock::now();
  BOOST_TEST(server.stop(SIGINT) == 0);
  BOOST_TEST((Clock::now() - begin < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_the_process_at_once_and_keeps_what_was_acknowledged) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("rollcall.db");
  {
    RunningServer server(store);
    Client busy(server.port());
    BOOST_REQUIRE(busy.send("POST /users HTTP/1.1\r\n"));
    Client client(server.port());
    BOOST_TEST(client.exchange(create_request(body))->result_int() == 201U);
    server.program().signal(SIGTERM);
    BOOST_TEST(client.at_end());
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    const auto begin = Clock::now();
    BOOST_TEST(server.stop(SIGTERM) == 128 + SIGTERM);
    BOOST_TEST((Clock::now() - begin < std::chrono::seconds(2)));
  }
  RunningServer server(store);
  Client client(server.port());
  BOOST_TEST(client.exchange("GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n")->result_int() == 200U);
}

// timeout(1) sends its signal to the program and to the group that it is in.
BOOST_AUTO_TEST_CASE(the_same_signal_at_the_same_moment_is_no_second_one) {
  for (int i = 0; i < 8; ++i) {
    RunningServer server("memory:", {"--drain-delay", "0.3"});
    Client client(server.port());
    BOOST_REQUIRE(client.send("GET /livez HTTP/1.1\r\n"));
    server.program().signal(SIGTERM);
    std::this_thread::sleep_for(std::chrono::microseconds(200 * i));
    server.program().signal(SIGTERM);
    BOOST_TEST(client.exchange("Host: x\r\n\r\n")->result_int() == 200U);
    BOOST_TEST(server.program().wait().value_or(-1) == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_that_goes_on_sending_is_ended_by_a_line_that_says_so) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("rollcall.db");
  std::string answer;
  {
    RunningServer server(store);
    Client client(server.port());
    const std::string line = body + "\n";
    const std::string head =
        "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        "Prefer: answer=early\r\nContent-Length: 1000000000\r\n\r\n";
    BOOST_REQUIRE(client.send(head + line));
    answer = client.receive_some();
    server.program().signal(SIGTERM);
    // The server reads it for a while, then perhaps no more.
    std::thread sender([&] {
      while (client.send(line)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    while (answer.find("\"line\":0,") == answer.npos) {
      const std::string more = client.receive_some();
      if (more.empty()) break;
      answer += more;
    }
    BOOST_TEST(server.program().wait().value_or(-1) == 0);
    sender.join();
  }
  BOOST_TEST(answer.find("The server is shutting down.") != answer.npos);
  // There are as many users as lines.
  std::size_t answered = 0;
  for (std::size_t at = 0; (at = answer.find(",\"id\":", at)) != answer.npos; ++at) ++answered;
  BOOST_TEST(answered > 10U);
  RunningServer server(store);
  Client client(server.port());
  const auto last =
      client.exchange("GET /users/" + std::to_string(answered) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_REQUIRE(last);
  BOOST_TEST(last->result_int() == 200U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_begins_late_in_a_stop_is_told_so_too) {
  RunningServer server("memory:");
  Client client(server.port());
  const std::string head =
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  BOOST_REQUIRE(client.send(head.substr(0, 30)));
  Client other(server.port());
  BOOST_TEST(other.exchange(create_request(body))->result_int() == 201U);
  server.program().signal(SIGTERM);
  BOOST_TEST(other.at_end());
  // Streams are ended after 4 s, connections after 8.
  std::this_thread::sleep_for(std::chrono::seconds(5));
  BOOST_REQUIRE(client.send(head.substr(30)));
  std::string answer;
  for (std::string more; !(more = client.receive_some()).empty();) answer += more;
  BOOST_TEST(answer.find("The server is shutting down.") != answer.npos);
  BOOST_TEST(server.program().wait().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(a_sighup_harms_nothing) {
  RunningServer server("memory:");
  Client client(server.port());
  BOOST_TEST(client.exchange(create_request(body))->result_int() == 201U);
  server.program().signal(SIGHUP);
  BOOST_TEST(client.exchange(create_request(body))->result_int() == 201U);
  BOOST_TEST(server.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(a_clean_stop_leaves_one_file) {
  const TemporaryDirectory directory;
  {
    RunningServer server("sqlite:" + directory.file("rollcall.db"));
    Client client(server.port());
    BOOST_TEST(client.exchange(create_request(body))->result_int() == 201U);
    BOOST_TEST(server.stop(SIGTERM) == 0);
  }
  const std::filesystem::directory_iterator files(directory.path());
  BOOST_TEST(std::distance(begin(files), end(files)) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
