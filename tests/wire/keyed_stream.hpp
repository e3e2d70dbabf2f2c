#pragma once

#include <atomic>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/client.hpp"

/// Streams of users with an idempotency key, sent until the server is killed, and then again.
namespace rollcall::tests {

/// A user as its client knows it. Its address is its name to the test: no other user has it.
struct Known {
  std::int64_t id = 0;  ///< 0: its creation was not answered.
  std::string key;
  int acknowledged = 0;  ///< The number in its name that was answered last,
  int asked = 0;         ///< and that was sent last.
  bool delete_sent = false;
  bool deleted = false;
};
/// By address.
using Users = std::map<std::string, Known>;

inline std::string key_field(const std::string& key) {
  return "Idempotency-Key: \"" + key + "\"\r\n";
}

/// Answers that no client should get; Boost.Test is for one thread.
inline std::atomic<int> unexpected{0};

inline void expect(const Response& answer, unsigned status) {
  if (answer.result_int() != status) ++unexpected;
}

/// Users that one request creates, under its name as the key.
struct Stream {
  std::string name;
  int size;

  std::string email(int line) const { return name + "." + std::to_string(line) + "@b.c"; }
  std::string request() const {
    std::string lines;
    for (int i = 1; i <= size; ++i) lines += user_json("0", "F", email(i)) + "\n";
    return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n" +
           key_field(name) + "Content-Length: " + std::to_string(lines.size()) + "\r\n\r\n" + lines;
  }
  /// The id of each line, from 1 on; every line must have one.
  std::vector<std::int64_t> ids(const Response& answer) const {
    std::vector<std::int64_t> ids;
    std::istringstream lines(answer.body());
    for (std::string line; std::getline(lines, line);) {
      const boost::json::value parsed = boost::json::parse(line);
      const auto* const id = parsed.as_object().if_contains("id");
      if (id == nullptr) ++unexpected;
      ids.push_back(id == nullptr ? 0 : id->as_int64());
    }
    if (ids.size() != static_cast<std::size_t>(size)) ++unexpected;
    ids.resize(static_cast<std::size_t>(size));
    return ids;
  }
};

/// Streams of `size` lines until the server is gone. A line that was answered is a user that is
/// there. Leaves the last two in `streams`: one that was answered, and one that perhaps was not.
inline void upload(std::uint16_t port, const std::string& name, int size, Users& users,
                   std::vector<Stream>& streams) {
  try {
    Client client(port);
    for (int number = 0;; ++number) {
      const Stream stream{name + "." + std::to_string(number), size};
      for (int i = 1; i <= size; ++i) users[stream.email(i)];
      if (streams.size() == 2) streams.erase(streams.begin());
      streams.push_back(stream);
      const auto answer = client.exchange(stream.request());
      if (!answer) return;
      expect(*answer, 200);
      const std::vector<std::int64_t> ids = stream.ids(*answer);
      for (int i = 1; i <= size; ++i) {
        users[stream.email(i)].id = ids[static_cast<std::size_t>(i - 1)];
      }
    }
  } catch (const boost::system::system_error&) {
    // The server is gone.
  }
}

/// Streams that are sent again go on where they broke off.
inline void retry(Client& client, Users& round, const std::vector<Stream>& streams,
                  std::size_t& continued) {
  for (const Stream& stream : streams) {
    int known = 0;
    for (int i = 1; i <= stream.size; ++i) known += round[stream.email(i)].id != 0 ? 1 : 0;
    const auto again = client.exchange(stream.request());
    BOOST_REQUIRE(again);
    BOOST_TEST(again->result_int() == 200U, stream.name << ": " << again->body());
    BOOST_TEST(((*again)["Idempotency-Replayed"] == "true") == (known > 0), stream.name);
    const std::vector<std::int64_t> ids = stream.ids(*again);
    for (int i = 1; i <= stream.size; ++i) {
      Known& user = round[stream.email(i)];
      const std::int64_t id = ids[static_cast<std::size_t>(i - 1)];
      if (user.id != 0) BOOST_TEST(id == user.id, stream.email(i));
      user.id = id;
    }
    if (known > 0 && known < stream.size) ++continued;
  }
}

}  // namespace rollcall::tests
