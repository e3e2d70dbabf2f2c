#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include "server/limits.hpp"
#include "tests/support/client.hpp"
#include "tests/support/log_file.hpp"
#include "tests/wire/running_server.hpp"

/// The access log of the real program.
namespace rollcall::tests {
namespace {

using Lines = std::vector<boost::json::object>;

/// What a server with these options logs of the answers to `requests`, which it is stopped behind.
Lines logged(const std::vector<std::string>& requests, Program::Arguments options) {
  options.insert(options.end(), {"--log-format", "json"});
  RunningServer server("memory:", options);
  {
    Client client(server.port());
    for (const std::string& each : requests) BOOST_REQUIRE(client.exchange(each).has_value());
  }
  BOOST_TEST(server.stop(SIGINT) == 0);
  std::istringstream text(server.program().error_output());
  Lines lines;
  for (std::string line; std::getline(text, line);) {
    auto json = boost::json::parse(line).as_object();
    if (json.at("message").as_string() == "answered") lines.push_back(std::move(json));
  }
  return lines;
}

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";

}  // namespace

BOOST_AUTO_TEST_SUITE(access_log)

BOOST_AUTO_TEST_CASE(an_answer_is_logged_by_its_route_without_a_word_of_whom_it_is_about) {
  const std::string create =
      create_request(user_json("Secret", "Name", "who@example.com"), "Idempotency-Key: keyed\r\n");
  const std::string find = get("/users?q=searched", "X-Request-Id: r-1\r\ntraceparent: 00-" +
                                                        trace + "-00f067aa0ba902b7-01\r\n");
  const Lines lines = logged({create, find}, {"--access-log", "all"});
  BOOST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(lines[0].at("method").as_string() == "POST");
  BOOST_TEST(lines[0].at("route").as_string() == "/users");
  BOOST_TEST(lines[0].at("status").as_int64() == 201);
  BOOST_TEST(lines[0].at("octets_in").as_int64() == static_cast<std::int64_t>(create.size()));
  BOOST_TEST(lines[0].at("octets_out").as_int64() > 200);
  BOOST_TEST(lines[0].at("client").as_string() == "127.0.0.0/24");
  BOOST_TEST(lines[0].at("request_id").as_string().size() == 32U);
  BOOST_TEST(lines[1].at("request_id").as_string() == "r-1");
  BOOST_TEST(lines[1].at("trace_id").as_string() == trace);
  for (const auto& each : lines) {
    const std::string text = boost::json::serialize(each);
    for (const char* word : {"Secret", "Name", "who@", "keyed", "searched"}) {
      BOOST_TEST(text.find(word) == text.npos, word);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_id_that_is_given_is_told_to_the_client_too) {
  RunningServer server("memory:", {"--access-log", "all"});
  Client client(server.port());
  const auto response = client.exchange(get("/livez"));
  const std::string id = (*response)["X-Request-Id"];
  BOOST_TEST(id.size() == 32U);
  BOOST_TEST(server.stop(SIGINT) == 0);
  BOOST_TEST(server.program().error_output().find(" request_id=" + id + "\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_errors_are_logged_if_those_are_asked_for) {
  const Lines lines = logged({get("/livez"), get("/users/7"), create_request("{}"), get("/users")},
                             {"--access-log", "errors"});
  BOOST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(lines[0].at("status").as_int64() == 404);
  BOOST_TEST(lines[0].at("route").as_string() == "/users/{id}");
  BOOST_TEST(lines[1].at("status").as_int64() == 400);
}

BOOST_AUTO_TEST_CASE(a_sample_has_one_in_so_many) {
  const Lines lines =
      logged(std::vector<std::string>(20, get("/livez")), {"--access-log", "sampled:5"});
  BOOST_TEST(lines.size() == 4U);
}

BOOST_AUTO_TEST_CASE(by_default_nothing_is_logged) {
  BOOST_TEST(logged({get("/livez"), get("/users/7")}, {}).empty());
}

BOOST_AUTO_TEST_CASE(streams_are_logged_with_all_of_their_octets) {
  std::string body;
  for (int i = 0; i < 3'000; ++i) body += user_json("A", "B", "a@b.c") + "\n";
  const auto post = [&](const std::string& fields) {
    return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const std::string upload = post("X-Request-Id: up\r\n");
  const std::string early = post("Prefer: answer=early\r\n");
  const std::string download = get("/users", "Accept: application/x-ndjson\r\n");
  const Lines lines = logged({upload, download, early}, {"--access-log", "all"});
  BOOST_REQUIRE(lines.size() == 3U);
  BOOST_TEST(lines[0].at("request_id").as_string() == "up");
  BOOST_TEST(lines[0].at("octets_in").as_int64() == static_cast<std::int64_t>(upload.size()));
  BOOST_TEST(lines[0].at("octets_out").as_int64() > 3'000);
  BOOST_TEST(lines[1].at("octets_in").as_int64() == static_cast<std::int64_t>(download.size()));
  BOOST_TEST(lines[1].at("octets_out").as_int64() > static_cast<std::int64_t>(body.size()));
  // This answer began before the end was read.
  BOOST_TEST(lines[2].at("octets_in").as_int64() == static_cast<std::int64_t>(early.size()));
}

BOOST_AUTO_TEST_CASE(the_client_is_whom_a_trusted_proxy_names) {
  const std::vector<std::string> requests{get("/livez", "X-Forwarded-For: 198.51.100.1\r\n"),
                                          get("/livez", "Forwarded: for=203.0.113.9\r\n"),
                                          get("/livez")};
  const auto clients = [&](Program::Arguments options) {
    options.insert(options.end(), {"--access-log", "all", "--log-client", "full"});
    std::string all;
    for (const auto& each : logged(requests, options)) {
      all.append(each.at("client").as_string().c_str()) += ' ';
    }
    return all;
  };
  BOOST_TEST(clients({"--trusted-proxy", "127.0.0.1"}) == "198.51.100.1 203.0.113.9 127.0.0.1 ");
  BOOST_TEST(clients({"--trusted-proxy", "10.0.0.0/8"}) == "127.0.0.1 127.0.0.1 127.0.0.1 ");
  BOOST_TEST(clients({}) == "127.0.0.1 127.0.0.1 127.0.0.1 ");
}

BOOST_AUTO_TEST_CASE(a_log_that_nobody_reads_loses_lines_and_no_answer) {
  const LogPipe pipe;
  pipe.fill();
  RunningServer server("memory:", {"--access-log", "all", "--log-file", pipe.path()});
  // More than the rings of two threads take. In pipelines, for time.
  constexpr std::size_t pipelined = 100;
  std::string requests;
  for (std::size_t i = 0; i < pipelined; ++i) requests += get("/livez");
  Client client(server.port());
  std::size_t answered = 0;
  for (std::size_t i = 0; i < 3 * server::max_access_records; i += pipelined) {
    BOOST_REQUIRE(client.send(requests));
    for (std::size_t j = 0; j < pipelined; ++j) answered += client.receive().has_value();
  }
  BOOST_TEST(answered >= 3 * server::max_access_records);
  Client admin(server.admin_port());
  const std::string page = admin.exchange(get("/metrics"))->body();
  const std::string dropped = "\nrollcall_log_dropped_total{log=\"access\"} ";
  const std::size_t at = page.find(dropped);
  BOOST_REQUIRE(at != page.npos);
  BOOST_TEST(std::stoul(page.substr(at + dropped.size())) > 0U);
  BOOST_TEST(server.stop(SIGINT) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
