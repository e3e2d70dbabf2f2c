#include <atomic>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// An acknowledged change or deletion survives SIGKILL.
namespace rollcall::tests {
namespace {

namespace json = boost::json;

std::string ask_for(const std::string& method, std::int64_t id, const std::string& body = "") {
  return method + " /users/" + std::to_string(id) +
         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// One client's user, as the client knows it.
struct Known {
  std::int64_t id;
  int acknowledged = 0;  ///< The number in its name that was answered last.
  int asked = 0;         ///< The number that was sent last.
  bool delete_sent = false;
  bool deleted = false;
};

/// Creates users, changes each a few times and deletes every second one, until the server is gone.
void run(std::uint16_t port, std::vector<Known>& users) {
  try {
    Client client(port);
    for (;;) {
      const auto created = client.exchange(create_request(user_json("0", "F", "a@b.c")));
      if (!created || created->result_int() != 201) return;
      users.push_back({json::parse(created->body()).at("id").as_int64()});
      Known& user = users.back();
      for (int change = 1; change <= 4; ++change) {
        user.asked = change;
        const std::string number = std::to_string(change);
        const bool patch = change % 2 == 0;
        const auto changed =
            client.exchange(patch ? ask_for("PATCH", user.id, "{\"last-name\":\"" + number + "\"}")
                                  : ask_for("PUT", user.id, user_json(number, "F", "a@b.c")));
        if (!changed || changed->result_int() != 200) return;
        user.acknowledged = change;
      }
      if (users.size() % 2 == 0) continue;
      user.delete_sent = true;
      const auto deleted = client.exchange(ask_for("DELETE", user.id));
      if (!deleted || deleted->result_int() != 204) return;
      user.deleted = true;
    }
  } catch (const boost::system::system_error&) {
    // The server is gone.
  }
}

void check(Client& client, const Known& user) {
  const auto found = client.exchange(ask_for("GET", user.id));
  BOOST_REQUIRE(found);
  if (user.deleted) {
    BOOST_TEST(found->result_int() == 404U);
  } else if (found->result_int() == 404) {
    BOOST_TEST(user.delete_sent);
  } else {
    const json::value now = json::parse(found->body());
    const int number = std::stoi(std::string(now.at("last-name").as_string()));
    BOOST_TEST(number >= user.acknowledged);
    BOOST_TEST(number <= user.asked);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash_update)

BOOST_AUTO_TEST_CASE(five_rounds_of_sigkill_lose_no_acknowledged_change_or_deletion) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("rollcall.db");
  constexpr std::size_t clients = 8;
  std::size_t users = 0;
  std::size_t deleted = 0;
  std::int64_t largest = 0;
  for (int round = 0; round < 5; ++round) {
    std::vector<std::vector<Known>> known(clients);
    {
      RunningServer server(store,
                           {"--threads", "2-2", "--commit", round % 2 == 0 ? "turn" : "thread"});
      std::vector<std::thread> threads;
      for (auto& each : known) threads.emplace_back([&] { run(server.port(), each); });
      std::this_thread::sleep_for(std::chrono::milliseconds(200 + 70 * round));
      server.stop(SIGKILL);
      for (std::thread& each : threads) each.join();
    }
    RunningServer server(store);
    Client client(server.port());
    std::int64_t largest_now = largest;
    for (const auto& of_client : known) {
      for (const Known& each : of_client) {
        // This includes the ids of users deleted before.
        BOOST_TEST(each.id > largest);
        largest_now = std::max(largest_now, each.id);
        check(client, each);
        ++users;
        deleted += each.deleted ? 1 : 0;
      }
    }
    largest = largest_now;
  }
  BOOST_TEST_MESSAGE(users << " users, each changed up to 4 times, " << deleted << " deleted");
  BOOST_TEST(deleted > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
