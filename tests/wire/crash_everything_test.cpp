#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/settings.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/keyed_stream.hpp"
#include "tests/wire/running_server.hpp"

/// SIGKILL with everything on: keys, unique addresses, changes, deletions, streams, and a reader
/// that comes and goes. Each round checks every user; old ones are deleted, so that a round takes
/// as long as the one before. `ROLLCALL_TEST_ROUNDS=1000` is for a run by hand.
namespace rollcall::tests {
namespace {

namespace json = boost::json;

std::string ask_for(const std::string& method, std::int64_t id, const std::string& body = "",
                    const std::string& fields = "") {
  return method + " /users/" + std::to_string(id) +
         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string create_of(const std::string& email, const Known& user) {
  return create_request(user_json("0", "F", email), key_field(user.key));
}

/// Creates one user, changes it, and deletes every third one. False when the server is gone.
bool live(Client& client, const std::string& email, int number, Users& users) {
  Known& user = users[email];
  user.key = email;
  const auto created = client.exchange(create_of(email, user));
  if (!created) return false;
  expect(*created, 201);
  if (created->result_int() != 201) return true;
  user.id = json::parse(created->body()).at("id").as_int64();
  for (int change = 1; change <= 3; ++change) {
    user.asked = change;
    const std::string name = std::to_string(change);
    const auto changed = client.exchange(
        change == 2 ? ask_for("PATCH", user.id, "{\"last-name\":\"2\"}", key_field(email + ".2"))
                    : ask_for("PUT", user.id, user_json(name, "F", email)));
    if (!changed) return false;
    expect(*changed, 200);
    user.acknowledged = change;
  }
  if (number % 3 != 0) return true;
  user.delete_sent = true;
  const auto deleted = client.exchange(ask_for("DELETE", user.id));
  if (!deleted) return false;
  expect(*deleted, 204);
  user.deleted = true;
  return true;
}

void run(std::uint16_t port, const std::string& name, Users& users) {
  try {
    Client client(port);
    for (int i = 0; live(client, name + "." + std::to_string(i) + "@b.c", i, users);) ++i;
  } catch (const boost::system::system_error&) {
    // The server is gone.
  }
}

/// Another program that reads the file, and keeps the log from being restarted for a moment.
void read_now_and_then(const std::string& path, const std::atomic<bool>& stop) {
  while (!stop) {
    sqlite3* database = nullptr;
    sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_exec(database, "BEGIN; SELECT count(*) FROM users", nullptr, nullptr, nullptr);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    sqlite3_close(database);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// What the server has, by address; each at most once.
std::map<std::string, json::object> everything(Client& client) {
  client.send("GET /users HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n");
  const auto all = client.receive();
  BOOST_REQUIRE(all);
  std::map<std::string, json::object> found;
  std::set<std::int64_t> ids;
  std::istringstream lines(all->body());
  for (std::string line; std::getline(lines, line);) {
    json::object user = json::parse(line).as_object();
    BOOST_TEST(ids.insert(user.at("id").as_int64()).second, "an id twice: " << line);
    const std::string email(user.at("email").as_string());
    BOOST_TEST(found.emplace(email, std::move(user)).second, "an address twice: " << email);
  }
  return found;
}

/// What all rounds so far have left.
class Past {
 public:
  /// Holds the server to what clients know: those of the round, and those of every round before.
  void check(Client& client, Users& round) {
    const auto there = everything(client);
    std::int64_t largest = largest_;
    std::set<std::int64_t> ids;
    for (auto& [email, user] : round) {
      check(email, user, there);
      if (user.id == 0 && there.contains(email)) user.id = there.at(email).at("id").as_int64();
      if (user.id == 0) continue;
      BOOST_TEST(user.id > largest_, email << " has an id of an earlier round");
      BOOST_TEST(ids.insert(user.id).second, email << " has an id that was given out twice");
      largest = std::max(largest, user.id);
    }
    largest_ = largest;
    for (const auto& [email, user] : living_) check(email, user, there);
    for (const auto& [email, user] : there) {
      const bool known = round.contains(email) || living_.contains(email);
      BOOST_TEST(known, email << " was deleted in an earlier round and is back");
    }
  }

  /// Takes in those of the round, each with its id if it is there, and deletes some of any age.
  void take(Client& client, Users& round, std::mt19937_64& random) {
    users_ += round.size();
    std::erase_if(round,
                  [](const auto& each) { return each.second.id == 0 || each.second.deleted; });
    std::size_t stay = 2;
    for (const auto& [email, user] : round) {
      largest_ = std::max(largest_, user.id);
      if (user.delete_sent || stay == 0) continue;
      stays_.insert(email);
      --stay;
    }
    living_.merge(round);
    std::vector<Users::iterator> old;
    for (auto each = living_.begin(); each != living_.end(); ++each) {
      if (!stays_.contains(each->first)) old.push_back(each);
    }
    std::shuffle(old.begin(), old.end(), random);
    if (old.size() > most_living)
      old.resize(old.size() - most_living);
    else
      old.clear();
    remove(client, old);
  }

  std::size_t users() const noexcept { return users_; }

 private:
  /// Users besides those that stay to the end.
  static constexpr std::size_t most_living = 1'000;

  static void check(const std::string& email, const Known& known,
                    const std::map<std::string, json::object>& there) {
    const auto found = there.find(email);
    if (found == there.end()) {
      const bool may_be_gone = known.id == 0 || known.delete_sent;
      BOOST_TEST(may_be_gone, email << " is lost");
      return;
    }
    BOOST_TEST(!known.deleted, email << " is back");
    if (known.id != 0) BOOST_TEST(found->second.at("id").as_int64() == known.id);
    const int number = std::stoi(std::string(found->second.at("last-name").as_string()));
    BOOST_TEST(number >= known.acknowledged);
    BOOST_TEST(number <= known.asked);
  }

  /// One that was to be deleted when the server was killed may be gone already.
  void remove(Client& client, const std::vector<Users::iterator>& users) {
    constexpr std::size_t at_a_time = 100;
    for (std::size_t i = 0; i < users.size(); i += at_a_time) {
      const std::size_t end = std::min(i + at_a_time, users.size());
      std::string requests;
      for (std::size_t k = i; k < end; ++k) requests += ask_for("DELETE", users[k]->second.id);
      client.send(requests);
      for (std::size_t k = i; k < end; ++k) {
        const auto answer = client.receive();
        BOOST_REQUIRE(answer);
        if (!users[k]->second.delete_sent) expect(*answer, 204);
        living_.erase(users[k]);
      }
    }
  }

  Users living_;
  std::set<std::string> stays_;
  std::int64_t largest_ = 0;  ///< The largest id of all rounds.
  std::size_t users_ = 0;
};

/// Creations that are sent again make no second user.
void retry(Client& client, Users& round, std::size_t& replayed) {
  for (auto& [email, known] : round) {
    if (known.key.empty() || known.delete_sent) continue;
    const auto again = client.exchange(create_of(email, known));
    BOOST_REQUIRE(again);
    BOOST_TEST(again->result_int() == 201U, email << ": " << again->body());
    const std::int64_t id = json::parse(again->body()).at("id").as_int64();
    if (known.id != 0) BOOST_TEST(id == known.id);
    known.id = id;
    if ((*again)["Idempotency-Replayed"] == "true") ++replayed;
  }
}

/// Everything at once, until the server is killed. What its clients know.
Users live_and_die(const std::string& path, const Program::Arguments& options,
                   const std::string& name, std::chrono::milliseconds time,
                   std::vector<Stream>& streams) {
  constexpr std::size_t people = 6;
  // One whose streams are in a batch each, and one whose streams are in many.
  constexpr std::array stream_lines{200, 4'000};
  std::vector<Users> known(people + stream_lines.size());
  std::array<std::vector<Stream>, stream_lines.size()> sent;
  RunningServer server("sqlite:" + path, options);
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < known.size(); ++i) {
    threads.emplace_back([&, i] {
      const std::string mine = name + "c" + std::to_string(i);
      if (i < people) return run(server.port(), mine, known[i]);
      upload(server.port(), mine, stream_lines[i - people], known[i], sent[i - people]);
    });
  }
  threads.emplace_back([&] { read_now_and_then(path, stop); });
  std::this_thread::sleep_for(time);
  server.stop(SIGKILL);
  stop = true;
  for (std::thread& each : threads) each.join();
  Users all;
  for (Users& each : known) all.merge(each);
  for (const auto& each : sent) streams.insert(streams.end(), each.begin(), each.end());
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash_everything)

BOOST_AUTO_TEST_CASE(rounds_of_sigkill_lose_nothing_whatever_is_going_on) {
  const std::uint64_t rounds = setting("ROLLCALL_TEST_ROUNDS", 3);
  std::mt19937_64 random(first_seed());
  const TemporaryDirectory directory;
  const std::string path = directory.file("rollcall.db");
  Past past;
  std::size_t replayed = 0;
  std::size_t continued = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const Program::Arguments options{"--threads",
                                     "2-2",
                                     "--unique-email",
                                     "--max-idempotency-keys",
                                     "20000",
                                     "--commit",
                                     std::array{"turn", "thread", "auto"}[round % 3]};
    std::vector<Stream> streams;
    Users known = live_and_die(path, options, "r" + std::to_string(round),
                               std::chrono::milliseconds(30 + random() % 170), streams);
    RunningServer server("sqlite:" + path, options);
    Client client(server.port());
    past.check(client, known);
    retry(client, known, replayed);
    retry(client, known, streams, continued);
    past.take(client, known, random);
    server.stop(SIGKILL);
  }
  RunningServer server("sqlite:" + path);
  Client client(server.port());
  Users none;
  past.check(client, none);
  std::cout << rounds << " rounds, " << past.users() << " users, " << replayed
            << " creations replayed, " << continued << " streams continued" << std::endl;
  BOOST_TEST(replayed > 0U);
  BOOST_TEST(unexpected == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
