#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// The contract of POST /users on the wire, over both stores.
namespace rollcall::tests {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr const char* meere =
    R"({"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"})";

struct OneServer {
  TemporaryDirectory directory;
  RunningServer server{"sqlite:" + directory.file("rollcall.db")};
  Client client{server.port()};

  Response ask(std::string_view request, bool head = false) {
    auto response = client.exchange(request, head);
    BOOST_REQUIRE_MESSAGE(response, "no answer to: " << request);
    return *response;
  }
};

void check_problem(const Response& response, unsigned status) {
  BOOST_TEST(response.result_int() == status);
  BOOST_TEST(response[http::field::content_type] == "application/problem+json");
  const json::object problem = json::parse(response.body()).as_object();
  BOOST_TEST(problem.at("status").as_int64() == status);
  for (const char* member : {"type", "title", "detail"}) {
    BOOST_TEST(!problem.at(member).as_string().empty(), member);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(contract)

BOOST_AUTO_TEST_CASE(both_stores_answer_the_contract_with_201_location_and_the_user) {
  const TemporaryDirectory directory;
  for (const std::string& store : {std::string("memory:"), "sqlite:" + directory.file("a.db")}) {
    BOOST_TEST_CONTEXT(store) {
      RunningServer server(store);
      Client client(server.port());
      for (int id = 1; id <= 5; ++id) {
        const auto response = client.exchange(create_request(meere));
        BOOST_REQUIRE(response);
        BOOST_TEST(response->result_int() == 201U);
        BOOST_TEST((*response)[http::field::content_type] == "application/json");
        BOOST_TEST((*response)[http::field::location] == "/users/" + std::to_string(id));
        BOOST_TEST((*response)[http::field::date].size() == 29U);
        BOOST_TEST(response->body() ==
                   R"({"last-name":"Meere","first-name":"John","email":"johnm@gmail.com","id":)" +
                       std::to_string(id) + "}");
      }
      const auto found = client.exchange("GET /users/5 HTTP/1.1\r\nHost: x\r\n\r\n");
      BOOST_REQUIRE(found);
      BOOST_TEST(found->result_int() == 200U);
      BOOST_TEST(found->body() ==
                 R"({"last-name":"Meere","first-name":"John","email":"johnm@gmail.com","id":5})");
      BOOST_TEST(server.stop(SIGTERM) == 0);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(all_bad_members_are_named_at_once_with_pointers, OneServer) {
  const Response response = ask(create_request(R"({"last-name": 5, "email": "nobody"})"));
  check_problem(response, 400);
  const json::array errors = json::parse(response.body()).at("errors").as_array();
  BOOST_REQUIRE(errors.size() == 3U);
  BOOST_TEST(errors[0].at("pointer").as_string() == "/last-name");
  BOOST_TEST(errors[1].at("pointer").as_string() == "/first-name");
  BOOST_TEST(errors[2].at("pointer").as_string() == "/email");
}

BOOST_FIXTURE_TEST_CASE(a_body_that_is_no_user_is_400_and_the_connection_lives, OneServer) {
  for (const char* body :
       {"", "{", "[]", "null", "{} x", R"({"last-name":"a","last-name":"b"})", "\xff", R"("x")"}) {
    BOOST_TEST_CONTEXT(body) { check_problem(ask(create_request(body)), 400); }
  }
  BOOST_TEST(ask(create_request(meere)).result_int() == 201U);
}

BOOST_FIXTURE_TEST_CASE(text_comes_back_as_itself_and_not_as_escapes, OneServer) {
  const std::string body = user_json("Ł\\u00f6we\\\"", "李", "ζ@例え.jp");
  const Response response = ask(create_request(body));
  BOOST_TEST(response.body() ==
             "{\"last-name\":\"Łöwe\\\"\",\"first-name\":\"李\",\"email\":\"ζ@例え.jp\",\"id\":1}");
  BOOST_TEST(ask("GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n").body() == response.body());
}

BOOST_FIXTURE_TEST_CASE(an_id_in_the_request_is_ignored_and_unknown_members_too, OneServer) {
  const Response response = ask(create_request(
      R"({"id":{"x":[1e999]},"last-name":"A","first-name":"B","email":"a@b.c","note":null})"));
  BOOST_TEST(response.body() == R"({"last-name":"A","first-name":"B","email":"a@b.c","id":1})");
}

BOOST_FIXTURE_TEST_CASE(another_content_type_is_415_and_names_the_header_to_send, OneServer) {
  const Response response = ask(
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  check_problem(response, 415);
  BOOST_TEST(response["Accept-Post"] == "application/json, application/x-ndjson");
  BOOST_TEST(response.body().find("Content-Type: application/json") != std::string::npos);
  check_problem(ask("POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"), 415);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_there_is_404_and_what_is_not_done_405_with_allow, OneServer) {
  check_problem(ask("GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
  check_problem(ask("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
  const Response wrong = ask("DELETE /users HTTP/1.1\r\nHost: x\r\n\r\n");
  check_problem(wrong, 405);
  BOOST_TEST(wrong[http::field::allow] == "GET, HEAD, POST, OPTIONS");
  const Response options = ask("OPTIONS /users/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(options.result_int() == 204U);
  BOOST_TEST(options[http::field::allow] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
  BOOST_TEST(ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").result_int() == 204U);
}

BOOST_FIXTURE_TEST_CASE(head_is_get_without_the_body, OneServer) {
  ask(create_request(meere));
  const Response get = ask("GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  const Response head = ask("HEAD /users/1 HTTP/1.1\r\nHost: x\r\n\r\n", true);
  BOOST_TEST(head.result_int() == 200U);
  BOOST_TEST(head[http::field::content_length] == get[http::field::content_length]);
  BOOST_TEST(head.body().empty());
  BOOST_TEST(ask(create_request(meere)).result_int() == 201U);
}

BOOST_FIXTURE_TEST_CASE(pipelined_requests_are_answered_in_order_and_see_earlier_ones, OneServer) {
  std::string requests;
  for (int i = 1; i <= 300; ++i) {
    requests += create_request(user_json("L" + std::to_string(i), "F", "a@b.c"));
    if (i % 50 == 0) {
      requests += "GET /users/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
      requests += create_request("{}");
    }
  }
  BOOST_REQUIRE(client.send(requests));
  for (int i = 1; i <= 300; ++i) {
    const auto created = client.receive();
    BOOST_REQUIRE(created);
    const std::string user =
        "{\"last-name\":\"L" + std::to_string(i) +
        "\",\"first-name\":\"F\",\"email\":\"a@b.c\",\"id\":" + std::to_string(i) + "}";
    BOOST_REQUIRE(created->body() == user);
    if (i % 50 != 0) continue;
    const auto found = client.receive();
    BOOST_REQUIRE(found);
    BOOST_TEST(found->body() == user);
    const auto bad = client.receive();
    BOOST_REQUIRE(bad);
    BOOST_TEST(bad->result_int() == 400U);
  }
}

BOOST_FIXTURE_TEST_CASE(many_answers_to_one_small_burst_are_all_sent, OneServer) {
  std::string requests;
  for (int i = 0; i < 2'000; ++i) requests += "GET /livez HTTP/1.1\r\nHost:\r\n\r\n";
  BOOST_REQUIRE(client.send(requests));
  for (int i = 0; i < 2'000; ++i) {
    const auto response = client.receive();
    BOOST_REQUIRE_MESSAGE(response, "no answer " << i);
  }
}

BOOST_FIXTURE_TEST_CASE(connection_close_is_answered_and_then_closed, OneServer) {
  const Response response = ask(create_request(meere, "Connection: close\r\n"));
  BOOST_TEST(response.result_int() == 201U);
  BOOST_TEST(response[http::field::connection] == "close");
  BOOST_TEST(client.at_end());
}

BOOST_FIXTURE_TEST_CASE(http_1_0_closes_unless_it_asks_to_keep_alive, OneServer) {
  const std::string fields = "Content-Type: application/json\r\nContent-Length: " +
                             std::to_string(std::string_view(meere).size()) + "\r\n";
  const Response kept =
      ask("POST /users HTTP/1.0\r\nConnection: keep-alive\r\n" + fields + "\r\n" + meere);
  BOOST_TEST(kept.result_int() == 201U);
  BOOST_TEST(kept[http::field::connection] == "keep-alive");
  const Response last = ask("POST /users HTTP/1.0\r\n" + fields + "\r\n" + meere);
  BOOST_TEST(last.result_int() == 201U);
  BOOST_TEST(client.at_end());
}

BOOST_FIXTURE_TEST_CASE(a_chunked_body_is_read_like_any_other, OneServer) {
  std::string request =
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=utf-8\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  const std::string body = meere;
  request += "5;name=value\r\n" + body.substr(0, 5) + "\r\n";
  char size[16];
  std::snprintf(size, sizeof size, "%zx", body.size() - 5);
  request += std::string(size) + "\r\n" + body.substr(5) + "\r\n0\r\nTrailer: x\r\n\r\n";
  BOOST_TEST(ask(request).result_int() == 201U);
  BOOST_TEST(ask(request).result_int() == 201U);
}

BOOST_FIXTURE_TEST_CASE(expect_100_continue_is_answered_before_the_body_is_sent, OneServer) {
  const std::string request = create_request(meere, "Expect: 100-continue\r\n");
  const std::size_t head = request.find("\r\n\r\n") + 4;
  BOOST_REQUIRE(client.send(request.substr(0, head)));
  const auto interim = client.receive();
  BOOST_REQUIRE(interim);
  BOOST_TEST(interim->result_int() == 100U);
  BOOST_TEST(ask(request.substr(head)).result_int() == 201U);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_has_finished_sending_still_gets_its_answers, OneServer) {
  client.send(create_request(meere) + create_request(meere));
  client.finish();
  BOOST_TEST(client.receive()->result_int() == 201U);
  BOOST_TEST(client.receive()->result_int() == 201U);
  BOOST_TEST(client.at_end());
}

BOOST_FIXTURE_TEST_CASE(a_request_fed_octet_by_octet_is_the_same_request, OneServer) {
  for (const char octet : create_request(meere)) {
    BOOST_REQUIRE(client.send(std::string_view(&octet, 1)));
  }
  BOOST_TEST(client.receive()->result_int() == 201U);
}

BOOST_FIXTURE_TEST_CASE(probes_say_that_the_server_lives_and_is_ready, OneServer) {
  BOOST_TEST(ask("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").result_int() == 200U);
  BOOST_TEST(ask("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").result_int() == 200U);
}

BOOST_FIXTURE_TEST_CASE(after_bytes_that_are_no_request_the_answer_is_400_and_the_end, OneServer) {
  const Response response = ask("NONSENSE\r\n\r\n" + create_request(meere));
  check_problem(response, 400);
  BOOST_TEST(response[http::field::connection] == "close");
  BOOST_TEST(client.at_end());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
