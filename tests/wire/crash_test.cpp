#include <atomic>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/settings.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// Every acknowledged user survives SIGKILL, SIGTERM and SIGINT under load, and no id is used
/// twice.
namespace rollcall::tests {
namespace {

namespace json = boost::json;

/// The users answered with 201: from the id to the body of the answer.
class Acknowledged {
 public:
  /// False if the id was given out before.
  bool add(const Response& response) {
    const std::int64_t id = json::parse(response.body()).at("id").as_int64();
    const std::lock_guard lock(mutex_);
    return users_.emplace(id, response.body()).second;
  }
  const std::map<std::int64_t, std::string>& users() const { return users_; }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, std::string> users_;
};

/// 16 clients that each create four users at a time, until the server is gone.
class Load {
 public:
  Load(std::uint16_t port, unsigned seed, Acknowledged& acknowledged)
      : acknowledged_(acknowledged) {
    for (unsigned i = 0; i < 16; ++i) {
      threads_.emplace_back([this, port, name = seed * 100 + i] { run(port, name); });
    }
  }
  ~Load() { join(); }

  void join() {
    for (std::thread& each : threads_) {
      if (each.joinable()) each.join();
    }
  }
  int twice() const { return twice_; }
  int unexpected() const { return unexpected_; }
  int acknowledged() const { return count_; }

 private:
  void run(std::uint16_t port, unsigned name) {
    try {
      Client client(port);
      for (int round = 0;; ++round) {
        std::string requests;
        for (int i = 0; i < 4; ++i) {
          requests += create_request(
              user_json("L" + std::to_string(name), "F" + std::to_string(round * 4 + i), "a@b.c"));
        }
        if (!client.send(requests)) return;
        for (int i = 0; i < 4; ++i) {
          const auto response = client.receive();
          if (!response) return;
          if (response->result_int() != 201) {
            ++unexpected_;
          } else {
            ++count_;
            if (!acknowledged_.add(*response)) ++twice_;
          }
        }
      }
    } catch (const boost::system::system_error&) {
      // The server is gone.
    }
  }

  Acknowledged& acknowledged_;
  std::atomic<int> twice_{0};
  std::atomic<int> unexpected_{0};
  std::atomic<int> count_{0};
  std::vector<std::thread> threads_;
};

/// The number of acknowledged users that the server has lost or damaged. Asks for many at a time.
std::size_t count_lost(std::uint16_t port, const Acknowledged& acknowledged) {
  constexpr std::size_t at_a_time = 200;
  Client client(port);
  std::size_t lost = 0;
  auto next = acknowledged.users().begin();
  while (next != acknowledged.users().end()) {
    std::string requests;
    std::vector<const std::string*> expected;
    for (; next != acknowledged.users().end() && expected.size() < at_a_time; ++next) {
      requests += "GET /users/" + std::to_string(next->first) + " HTTP/1.1\r\nHost: x\r\n\r\n";
      expected.push_back(&next->second);
    }
    client.send(requests);
    for (const std::string* each : expected) {
      const auto found = client.receive();
      if (!found || found->body() != *each) ++lost;
    }
  }
  return lost;
}

void end_under_load(int signal, int expected_code) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("rollcall.db");
  Acknowledged acknowledged;
  {
    RunningServer server(store, {"--threads", "2-2"});
    Load load(server.port(), 1, acknowledged);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    BOOST_TEST(server.stop(signal) == expected_code);
    load.join();
    BOOST_TEST(load.twice() == 0);
    BOOST_TEST(load.unexpected() == 0);
    BOOST_TEST(load.acknowledged() > 0);
  }
  RunningServer server(store);
  BOOST_TEST(count_lost(server.port(), acknowledged) == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(twenty_rounds_of_sigkill_under_load_lose_no_acknowledged_user) {
  std::mt19937_64 random(first_seed());
  for (const auto& [commit, rounds] : {std::pair{"turn", 20U}, {"thread", 5U}}) {
    const TemporaryDirectory directory;
    const std::string store = "sqlite:" + directory.file("rollcall.db");
    Acknowledged acknowledged;
    for (unsigned round = 0; round < rounds; ++round) {
      RunningServer server(store, {"--threads", "2-2", "--commit", commit});
      BOOST_TEST(count_lost(server.port(), acknowledged) == 0U);
      Load load(server.port(), round, acknowledged);
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 300));
      BOOST_TEST(server.stop(SIGKILL) == 128 + SIGKILL, server.program().error_output());
      load.join();
      BOOST_TEST(load.twice() == 0);
      BOOST_TEST(load.unexpected() == 0);
    }
    RunningServer server(store);
    BOOST_TEST(count_lost(server.port(), acknowledged) == 0U);
    std::printf("--commit %s: %zu acknowledged users, all there\n", commit,
                acknowledged.users().size());
    BOOST_TEST(acknowledged.users().size() > 100U);
  }
}

BOOST_AUTO_TEST_CASE(sigterm_under_load_exits_0_and_loses_no_acknowledged_user) {
  end_under_load(SIGTERM, 0);
}

BOOST_AUTO_TEST_CASE(sigint_under_load_exits_0_and_loses_no_acknowledged_user) {
  end_under_load(SIGINT, 0);
}

BOOST_AUTO_TEST_CASE(an_id_is_not_given_out_again_after_its_user_is_deleted_and_the_server_killed) {
  const TemporaryDirectory directory;
  const std::string file = directory.file("rollcall.db");
  const std::string body = user_json("A", "B", "a@b.c");
  {
    RunningServer server("sqlite:" + file);
    Client client(server.port());
    for (int i = 0; i < 3; ++i)
      BOOST_TEST(client.exchange(create_request(body))->result_int() == 201U);
    server.stop(SIGKILL);
  }
  {
    Program shell("/usr/bin/sqlite3", {file, "DELETE FROM users WHERE id >= 2"});
    BOOST_TEST(shell.wait().value_or(-1) == 0);
  }
  RunningServer server("sqlite:" + file);
  Client client(server.port());
  const auto next = client.exchange(create_request(body));
  BOOST_REQUIRE(next);
  BOOST_TEST((*next)[boost::beast::http::field::location] == "/users/4");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
