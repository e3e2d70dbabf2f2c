#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <map>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// SIGKILL under load, with keys and unique addresses, never creates a user twice.
namespace rollcall::tests {
namespace {

constexpr int clients = 8;

/// Two clients share each address; each has its own key.
struct Attempt {
  std::string email;
  std::string request;
  std::optional<Response> answer;
};

Attempt make_attempt(int round, int client, int number) {
  const std::string name = std::to_string(round) + "." + std::to_string(number);
  Attempt attempt;
  attempt.email = "u" + name + "." + std::to_string(client / 2) + "@b.c";
  const std::string key = "Idempotency-Key: \"k" + name + "." + std::to_string(client) + "\"\r\n";
  attempt.request = create_request(user_json("L", std::to_string(client), attempt.email), key);
  return attempt;
}

/// Creates until the server is gone; the last create gets no answer.
void run(std::uint16_t port, int round, int number, std::vector<Attempt>& attempts) {
  try {
    Client client(port);
    for (int i = 0;; ++i) {
      attempts.push_back(make_attempt(round, number, i));
      attempts.back().answer = client.exchange(attempts.back().request);
      if (!attempts.back().answer) return;
    }
  } catch (const boost::system::system_error&) {
    // The server is gone.
  }
}

/// Checks the answer to a repeated attempt, given the answer to the first.
void check_retry(Client& client, const Attempt& attempt) {
  const auto again = client.exchange(attempt.request);
  BOOST_REQUIRE(again);
  const bool replayed = (*again)["Idempotency-Replayed"] == "true";
  if (!attempt.answer) {
    // It was created before, it is created now, or another client has the address.
    BOOST_TEST((again->result_int() == 201U || again->result_int() == 409U));
  } else if (attempt.answer->result_int() == 201) {
    BOOST_TEST(again->result_int() == 201U);
    BOOST_TEST(replayed);
    BOOST_TEST(again->body() == attempt.answer->body());
  } else {
    BOOST_TEST(attempt.answer->result_int() == 409U);
    BOOST_TEST(again->result_int() == 409U);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash_rules)

BOOST_AUTO_TEST_CASE(retries_after_a_sigkill_under_load_make_no_user_twice_and_share_no_address) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("rollcall.db");
  std::size_t created = 0;
  std::size_t refused = 0;
  std::map<std::string, int> users_of;
  for (int round = 0; round < 5; ++round) {
    const std::string commit = round % 2 == 0 ? "turn" : "thread";
    const Program::Arguments options{"--threads", "2-2", "--unique-email", "--commit", commit};
    std::vector<std::vector<Attempt>> attempts(clients);
    {
      RunningServer server(store, options);
      std::vector<std::thread> threads;
      for (int i = 0; i < clients; ++i) {
        threads.emplace_back(
            [&, i] { run(server.port(), round, i, attempts[static_cast<std::size_t>(i)]); });
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100 + 70 * round));
      server.stop(SIGKILL);
      for (std::thread& each : threads) each.join();
    }
    RunningServer server(store, options);
    Client client(server.port());
    for (const auto& of_client : attempts) {
      for (const Attempt& each : of_client) {
        check_retry(client, each);
        users_of[each.email] = 0;
        if (each.answer) ++(each.answer->result_int() == 201 ? created : refused);
      }
    }
  }
  BOOST_TEST_MESSAGE(created << " created, " << refused << " refused");
  BOOST_TEST(created > 0U);
  BOOST_TEST(refused > 0U);
  RunningServer server(store);
  Client client(server.port());
  client.send("GET /users HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n");
  const auto all = client.receive();
  BOOST_REQUIRE(all);
  std::istringstream lines(all->body());
  for (std::string line; std::getline(lines, line);) {
    ++users_of[std::string(boost::json::parse(line).at("email").as_string())];
  }
  for (const auto& [email, count] : users_of) BOOST_TEST(count == 1, email);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
