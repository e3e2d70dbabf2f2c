#include <atomic>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/settings.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// Clients of the real program that want the same thing at the same time.
namespace rollcall::tests {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr int clients = 16;

std::string ask_for(const std::string& method, std::uint64_t id, const std::string& fields = "",
                    const std::string& body = "") {
  return method + " /users/" + std::to_string(id) + " HTTP/1.1\r\nHost: x\r\n" + fields +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

Response answer_to(Client& client, const std::string& request) {
  auto response = client.exchange(request);
  if (!response) throw std::runtime_error("no answer");
  return *response;
}

int counter_of(const Response& response) {
  const json::value user = json::parse(response.body());
  return std::stoi(std::string(user.at("last-name").as_string()));
}

/// Adds one to the user's counter unless another client has meanwhile. Returns the status.
unsigned increment(Client& client, std::uint64_t id, bool patch) {
  const Response now = answer_to(client, ask_for("GET", id));
  const std::string next = std::to_string(counter_of(now) + 1);
  const std::string body =
      patch ? "{\"last-name\":\"" + next + "\"}" : user_json(next, "F", "a@b.c");
  const std::string condition = "If-Match: " + std::string(now[http::field::etag]) + "\r\n";
  return answer_to(client, ask_for(patch ? "PATCH" : "PUT", id, condition, body)).result_int();
}

template <class Run>
void at_once(const Run& run) {
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) threads.emplace_back([&run, i] { run(i); });
  for (std::thread& each : threads) each.join();
}

std::chrono::seconds race_time() {
  return std::chrono::seconds(setting("ROLLCALL_TEST_RACE_SECONDS", 2));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(racing)

BOOST_AUTO_TEST_CASE(of_racing_writers_that_say_if_match_none_loses_an_update) {
  const TemporaryDirectory directory;
  for (const std::string& store : {std::string("memory:"), "sqlite:" + directory.file("a.db")}) {
    constexpr std::uint64_t users = 8;
    RunningServer server(store, {"--threads", "2-2"});
    Client client(server.port());
    for (std::uint64_t i = 0; i < users; ++i) {
      answer_to(client, create_request(user_json("0", "F", "a@b.c")));
    }
    std::atomic<int> done{0}, refused{0}, other{0};
    const auto end = std::chrono::steady_clock::now() + race_time();
    at_once([&](int number) {
      Client own(server.port());
      for (unsigned i = static_cast<unsigned>(number); std::chrono::steady_clock::now() < end;
           ++i) {
        const unsigned status = increment(own, i % users + 1, i % 2 == 0);
        ++(status == 200 ? done : status == 412 ? refused : other);
      }
    });
    int sum = 0;
    for (std::uint64_t id = 1; id <= users; ++id) {
      sum += counter_of(answer_to(client, ask_for("GET", id)));
    }
    BOOST_TEST_MESSAGE(store.substr(0, 7) << " " << done << " updates, " << refused << " refused");
    BOOST_TEST(sum == done);
    BOOST_TEST(done > 0);
    BOOST_TEST(refused > 0);
    BOOST_TEST(other == 0);
  }
}

BOOST_AUTO_TEST_CASE(of_clients_that_delete_a_user_one_does) {
  const TemporaryDirectory directory;
  RunningServer server("sqlite:" + directory.file("a.db"), {"--threads", "2-2"});
  Client client(server.port());
  for (std::uint64_t id = 1; id <= 20; ++id) {
    answer_to(client, create_request(user_json("L", "F", "a@b.c")));
    std::atomic<int> deleted{0}, gone{0};
    at_once([&](int) {
      Client own(server.port());
      const unsigned status = answer_to(own, ask_for("DELETE", id)).result_int();
      ++(status == 204 ? deleted : gone);
    });
    BOOST_TEST(deleted == 1);
    BOOST_TEST(gone == clients - 1);
  }
}

BOOST_AUTO_TEST_CASE(of_clients_that_create_one_address_one_does_and_none_after_a_restart) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("a.db");
  const auto race = [&](int round) {
    RunningServer server(store, {"--threads", "2-2", "--unique-email"});
    std::atomic<int> created{0}, taken{0};
    at_once([&](int number) {
      Client own(server.port());
      const std::string email = number % 2 == 0 ? "a@b.c" : "A@B.C";
      const Response response =
          answer_to(own, create_request(user_json("L" + std::to_string(number), "F", email)));
      ++(response.result_int() == 201 ? created : taken);
    });
    BOOST_TEST(created == (round == 0 ? 1 : 0));
    BOOST_TEST(created + taken == clients);
    BOOST_TEST(server.stop(SIGTERM) == 0);
  };
  race(0);
  race(1);
}

BOOST_AUTO_TEST_CASE(a_retry_with_its_key_after_a_sigkill_creates_no_second_user) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("a.db");
  const std::string request =
      create_request(user_json("Meere", "John", "johnm@gmail.com"), "Idempotency-Key: \"k\"\r\n");
  std::string first;
  {
    RunningServer server(store);
    Client client(server.port());
    const Response response = answer_to(client, request);
    BOOST_TEST(response.result_int() == 201U);
    BOOST_TEST(!response.count("Idempotency-Replayed"));
    first = response.body();
    server.stop(SIGKILL);
  }
  RunningServer server(store);
  Client client(server.port());
  const Response again = answer_to(client, request);
  BOOST_TEST(again.result_int() == 201U);
  BOOST_TEST(again["Idempotency-Replayed"] == "true");
  BOOST_TEST(again.body() == first);
  BOOST_TEST(answer_to(client, ask_for("GET", 2)).result_int() == 404U);
}

BOOST_AUTO_TEST_CASE(a_patch_sent_again_with_its_key_after_a_sigkill_changes_nothing_again) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("a.db");
  const std::string key = "Idempotency-Key: \"k\"\r\n";
  const std::string patch = ask_for("PATCH", 1, key, R"({"email":"new@b.c"})");
  Response first;
  {
    RunningServer server(store);
    Client client(server.port());
    answer_to(client, create_request(user_json("Meere", "John", "johnm@gmail.com")));
    first = answer_to(client, patch);
    BOOST_TEST(first.result_int() == 200U);
    BOOST_TEST(!first.count("Idempotency-Replayed"));
    BOOST_TEST(
        answer_to(client, ask_for("PUT", 1, "", user_json("N", "N", "n@b.c"))).result_int() ==
        200U);
    server.stop(SIGKILL);
  }
  RunningServer server(store);
  Client client(server.port());
  const Response again = answer_to(client, patch);
  BOOST_TEST(again.result_int() == 200U);
  BOOST_TEST(again["Idempotency-Replayed"] == "true");
  BOOST_TEST(again[http::field::etag] == first[http::field::etag]);
  BOOST_TEST(again.body() == first.body());
  BOOST_TEST(answer_to(client, ask_for("PATCH", 1, key, "{}")).result_int() == 422U);
  const Response now = answer_to(client, ask_for("GET", 1));
  BOOST_TEST(json::parse(now.body()).at("email").as_string() == "n@b.c");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
