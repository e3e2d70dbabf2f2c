#include <boost/test/unit_test.hpp>
#include <csignal>
#include <deque>
#include <fstream>
#include <string>
#include <thread>

#include "server/accept_limits.hpp"
#include "server/limits.hpp"
#include "tests/support/client.hpp"
#include "tests/support/repeat.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// More writes than a real disk makes in time, which tests/faults/disk_faults.c slows down.
namespace rollcall::tests {
namespace {

namespace http = boost::beast::http;

struct SlowDisk {
  TemporaryDirectory directory;
  std::string control = directory.file("faults");
  std::string store = "sqlite:" + directory.file("rollcall.db");

  SlowDisk() { slow_down("none"); }
  void slow_down(const std::string& how) const { std::ofstream(control) << how; }
  Program::Arguments environment() const {
    return {"LD_PRELOAD=" DISK_FAULTS_LIBRARY, "ROLLCALL_TEST_FAULTS=" + control,
            "ASAN_OPTIONS=verify_asan_link_order=0"};
  }
};

struct Answers {
  unsigned created = 0;
  unsigned refused = 0;
};

/// Creates from many connections at once, and what becomes of them.
Answers create_from(std::deque<Client>& clients, std::size_t each) {
  const std::string user = user_json(std::string(100, 'a'), std::string(100, 'b'), "a@b.c");
  for (Client& client : clients) {
    BOOST_REQUIRE(client.send(repeat(create_request(user), each)));
  }
  Answers answers;
  for (Client& client : clients) {
    for (std::size_t i = 0; i < each; ++i) {
      const auto response = client.receive();
      BOOST_REQUIRE(response);
      if (response->result_int() == 201) {
        ++answers.created;
        continue;
      }
      BOOST_TEST(response->result_int() == 503U);
      BOOST_TEST((*response)[http::field::retry_after] == "1");
      BOOST_TEST((*response)[http::field::connection] == "");
      ++answers.refused;
    }
  }
  return answers;
}

std::string metrics(std::uint16_t port) {
  Client client(port);
  return client.exchange("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")->body();
}

std::uint64_t users(std::uint16_t port) {
  const std::string page = metrics(port);
  const std::string name = "\nrollcall_users ";
  return std::stoull(page.substr(page.find(name) + name.size()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(overload)

BOOST_AUTO_TEST_CASE(what_a_slow_disk_can_not_make_in_time_is_503_and_connections_stay) {
  for (const bool off : {false, true}) {
    const SlowDisk disk;
    const std::string delay = off ? "0" : "20";
    RunningServer server(disk.store, {"--threads", "1", "--max-queue-delay", delay},
                         disk.environment());
    std::deque<Client> clients;
    for (int i = 0; i < 20; ++i) clients.emplace_back(server.port());
    disk.slow_down("slow 2");
    // 2,000 of 200 octets are 100 pages, and so 200 ms: that is when it is seen.
    const Answers first = create_from(clients, 100);
    BOOST_TEST(first.created >= server::min_admitted_writes);
    const Answers second = create_from(clients, 100);
    if (off) {
      BOOST_TEST(first.created + second.created == 4'000U);
      continue;
    }
    BOOST_TEST(second.created >= server::min_admitted_writes);
    BOOST_TEST(second.refused > 0U);
    BOOST_TEST(first.created + second.created == users(server.admin_port()));
    // As of the next tick.
    std::this_thread::sleep_for(2 * server::tick);
    const std::string page = metrics(server.admin_port());
    BOOST_TEST(page.find("\nrollcall_overloaded 1\n") != page.npos, page);
    BOOST_TEST(page.find("\nrollcall_admitted_writes 256\n") != page.npos, page);
    BOOST_TEST(page.find("\nrollcall_shed_total{reason=\"write_queue\"} 0\n") == page.npos);
    disk.slow_down("none");
    BOOST_TEST(create_from(clients, 1).created == clients.size());
    BOOST_TEST(server.stop(SIGTERM) == 0);
  }
}

BOOST_AUTO_TEST_CASE(what_has_waited_until_its_client_gave_up_is_not_made) {
  const SlowDisk disk;
  RunningServer server(disk.store, {"--threads", "1", "--commit", "turn"}, disk.environment());
  Client one(server.port());
  BOOST_TEST(one.exchange(create_request(user_json("A", "B", "a@b.c")))->result_int() == 201U);
  std::deque<Client> impatient;
  for (int i = 0; i < 10; ++i) {
    Client& client = impatient.emplace_back(server.port());
    BOOST_TEST(client.exchange("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")->result_int() == 200U);
  }
  // The only thread waits for the disk.
  disk.slow_down("hang");
  BOOST_REQUIRE(one.send(create_request(user_json("A", "B", "a@b.c"))));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (Client& each : impatient) {
    BOOST_REQUIRE(each.send(create_request(user_json("A", "B", "a@b.c"))));
  }
  std::this_thread::sleep_for(2 * server::default_queue_delay);
  impatient.clear();
  disk.slow_down("none");
  BOOST_TEST(one.receive()->result_int() == 201U);
  BOOST_TEST(one.exchange(create_request(user_json("A", "B", "a@b.c")))->result_int() == 201U);
  BOOST_TEST(users(server.admin_port()) == 3U);
  const std::string page = metrics(server.admin_port());
  BOOST_TEST(page.find("\nrollcall_shed_total{reason=\"late\"} 10\n") != page.npos, page);
}

BOOST_AUTO_TEST_CASE(a_connection_that_has_waited_too_long_to_be_accepted_is_dropped) {
  const SlowDisk disk;
  RunningServer server(disk.store, {"--threads", "1", "--commit", "turn"}, disk.environment());
  Client one(server.port());
  BOOST_TEST(one.exchange(create_request(user_json("A", "B", "a@b.c")))->result_int() == 201U);
  // The only thread waits for the disk: it takes nothing over.
  disk.slow_down("hang");
  BOOST_REQUIRE(one.send(create_request(user_json("A", "B", "a@b.c"))));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  constexpr std::size_t left = 20;
  std::deque<Client> clients;
  for (std::size_t i = 0; i < server::min_handed_over + left; ++i) {
    BOOST_REQUIRE(
        clients.emplace_back(server.port()).send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  std::this_thread::sleep_for((server::sudden_lateness + 1) * server::default_queue_delay);
  disk.slow_down("none");
  BOOST_TEST(one.receive()->result_int() == 201U);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const auto answer = clients[i].receive();
    BOOST_TEST(answer.has_value() == (i < server::min_handed_over));
  }
  const std::string page = metrics(server.admin_port());
  BOOST_TEST(page.find("\nrollcall_shed_total{reason=\"accept_queue\"} 20\n") != page.npos, page);
  Client next(server.port());
  BOOST_TEST(next.exchange("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")->result_int() == 200U);
}

BOOST_AUTO_TEST_CASE(while_a_thread_can_not_keep_up_few_are_accepted) {
  RunningServer server("memory:", {"--threads", "1", "--max-queue-delay", "1"});
  const std::string get = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  constexpr std::size_t each = 16;
  std::deque<Client> busy;
  for (std::size_t i = 0; i < server::min_crowd + 50; ++i) {
    BOOST_REQUIRE(busy.emplace_back(server.port()).exchange(get));
  }
  std::size_t answered = server::late_accepts_a_look;
  std::deque<Client> late;
  // A busy machine may let the thread read them in two turns, or be calm again before it is asked.
  for (int attempt = 0; attempt < 50 && answered == server::late_accepts_a_look; ++attempt) {
    late.clear();
    // While it is stopped all of them become ready, so it reads them in one turn.
    server.program().signal(SIGSTOP);
    for (Client& client : busy) BOOST_REQUIRE(client.send(repeat(get, each)));
    server.program().signal(SIGCONT);
    // Each is answered when all are read.
    BOOST_REQUIRE(busy.back().receive());
    server.program().signal(SIGSTOP);
    for (std::size_t i = 0; i < server::late_accepts_a_look; ++i) {
      BOOST_REQUIRE(late.emplace_back(server.port()).send(get));
    }
    std::this_thread::sleep_for(2 * server::late_accept_pause);
    server.program().signal(SIGCONT);
    answered = 0;
    for (Client& client : late) answered += client.receive() ? 1 : 0;
    for (Client& client : busy) {
      for (std::size_t i = &client == &busy.back() ? 1 : 0; i < each; ++i) {
        BOOST_REQUIRE(client.receive());
      }
    }
  }
  BOOST_TEST(answered == server::very_late_accepts);
  const std::string page = metrics(server.admin_port());
  const std::string dropped = std::to_string(late.size() - answered);
  const std::string name = "\nrollcall_shed_total{reason=\"accept_queue\"} ";
  BOOST_TEST(page.find(name + dropped + "\n") != page.npos, page);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
