#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// Uploads and downloads through the real program.
namespace rollcall::tests {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

struct OneServer {
  TemporaryDirectory directory;
  std::string store = "sqlite:" + directory.file("rollcall.db");
  RunningServer server{store};
  Client client{server.port()};

  Response ask(std::string_view request) {
    auto response = client.exchange(request, false);
    BOOST_REQUIRE(response);
    return *response;
  }
};

std::string line(std::uint64_t id) {
  return R"({"last-name":"L)" + std::to_string(id) + R"(","first-name":"F","email":"u)" +
         std::to_string(id) + R"(@b.c","id":)" + std::to_string(id) + "}\n";
}

std::string stream_of(const std::string& body, const std::string& fields = "") {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string early = "Prefer: answer=early\r\n";

const std::string export_all =
    "GET /users HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(stream)

BOOST_FIXTURE_TEST_CASE(each_line_is_answered_by_a_line_in_order_and_the_connection_lives,
                        OneServer) {
  const Response response = ask(stream_of(line(1) + "\n{}\n" + line(2) + "x"));
  BOOST_TEST(response.result_int() == 200U);
  BOOST_TEST(response[http::field::content_type] == "application/x-ndjson");
  std::vector<json::value> lines;
  std::istringstream text(response.body());
  for (std::string each; std::getline(text, each);) lines.push_back(json::parse(each));
  BOOST_REQUIRE(lines.size() == 4U);
  BOOST_TEST(lines[0].at("id").as_int64() == 1);
  BOOST_TEST(lines[1].at("line").as_int64() == 3);
  BOOST_TEST(lines[1].at("errors").as_array().size() == 3U);
  BOOST_TEST(lines[0].at("line").as_int64() == 1);
  BOOST_TEST(lines[2].at("id").as_int64() == 2);
  BOOST_TEST(lines[2].at("line").as_int64() == 4);
  BOOST_TEST(lines[3].at("line").as_int64() == 5);
  BOOST_TEST(ask("GET /users/2 HTTP/1.1\r\nHost: x\r\n\r\n").result_int() == 200U);
  BOOST_TEST(ask(stream_of("")).body().empty());
}

BOOST_FIXTURE_TEST_CASE(what_went_in_comes_out_octet_by_octet_even_if_answers_are_read_last,
                        OneServer) {
  std::string body;
  constexpr std::uint64_t users = 50'000;
  for (std::uint64_t id = 1; id <= users; ++id) body += line(id);
  BOOST_REQUIRE(client.send(stream_of(body)));
  const auto answers = client.receive();
  BOOST_REQUIRE(answers);
  BOOST_TEST(std::count(answers->body().begin(), answers->body().end(), '\n') == users);
  BOOST_TEST(answers->body().ends_with("{\"line\":50000,\"id\":50000}\n"));
  BOOST_TEST((ask(export_all).body() == body));
}

BOOST_FIXTURE_TEST_CASE(an_export_is_of_one_moment_whatever_changes_meanwhile, OneServer) {
  std::string body;
  for (std::uint64_t id = 1; id <= 100'000; ++id) body += line(id);
  ask(stream_of(body));
  Client reader(server.port());
  BOOST_REQUIRE(reader.send(export_all));
  // The server sends no more than the sockets hold until the client reads.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  for (std::uint64_t id = 100'000; id > 99'900; --id) {
    const std::string target = "DELETE /users/" + std::to_string(id);
    BOOST_TEST(ask(target + " HTTP/1.1\r\nHost: x\r\n\r\n").result_int() == 204U);
  }
  ask(create_request(line(7)));
  const auto all = reader.receive();
  BOOST_REQUIRE(all);
  BOOST_TEST((all->body() == body));
}

BOOST_FIXTURE_TEST_CASE(lines_that_were_answered_survive_a_sigkill, OneServer) {
  std::string body;
  for (std::uint64_t id = 1; id <= 200'000; ++id) body += line(id);
  std::thread sender([&] { client.send(stream_of(body, early)); });
  // Every answer that arrived, including those the kernel still had when the server was gone.
  std::string answers;
  bool killed = false;
  for (std::string octets; !(octets = client.receive_some()).empty();) {
    answers += octets;
    if (killed || answers.find(",\"id\":5000}\n") == answers.npos) continue;
    server.stop(SIGKILL);
    killed = true;
  }
  sender.join();
  BOOST_REQUIRE(killed);
  std::string expected;
  std::uint64_t answered = 0;
  std::size_t place = 0;
  const auto has = [&](std::uint64_t id) {
    const std::size_t found = answers.find(",\"id\":" + std::to_string(id) + "}\n", place);
    if (found != answers.npos) place = found;
    return found != answers.npos;
  };
  while (has(answered + 1)) expected += line(++answered);
  BOOST_TEST(answered >= 5'000U);
  BOOST_TEST_MESSAGE(answered << " of 200,000 lines were answered before the kill");
  RunningServer again(store);
  Client client_again(again.port());
  const auto all = client_again.exchange(export_all, false);
  BOOST_REQUIRE(all);
  BOOST_TEST(all->body().starts_with(expected));
}

BOOST_FIXTURE_TEST_CASE(an_early_answer_to_a_malformed_stream_has_no_end, OneServer) {
  BOOST_REQUIRE(
      client.send("POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
                  "Transfer-Encoding: chunked\r\n" +
                  early + std::string("\r\n35\r\n") + line(1).substr(0, 53) + "\r\nzz\r\n"));
  BOOST_TEST(!client.receive());
}

BOOST_FIXTURE_TEST_CASE(a_query_has_no_place_with_a_stream, OneServer) {
  Client other(server.port());
  const auto response = other.exchange(
      "GET /users?limit=3 HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n", false);
  BOOST_REQUIRE(response);
  BOOST_TEST(response->result_int() == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
