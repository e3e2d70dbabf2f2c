#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/ended.hpp"
#include "tests/wire/running_server.hpp"

/// A write that the disk refuses gets 503 and never becomes visible. tests/faults/disk_faults.c
/// injects the faults.
namespace rollcall::tests {
namespace {

namespace http = boost::beast::http;

struct FaultyDisk {
  TemporaryDirectory directory;
  std::string control = directory.file("faults");
  std::string store = "sqlite:" + directory.file("rollcall.db");

  FaultyDisk() { inject("none"); }
  void inject(const std::string& fault) const { std::ofstream(control) << fault; }
  Program::Arguments environment() const {
    return {"LD_PRELOAD=" DISK_FAULTS_LIBRARY, "ROLLCALL_TEST_FAULTS=" + control,
            // The sanitizer's runtime need not be loaded first: the shim calls nothing of it.
            "ASAN_OPTIONS=verify_asan_link_order=0"};
  }
};

unsigned create(Client& client, const std::string& name) {
  const auto response = client.exchange(create_request(user_json(name, "B", "a@b.c")));
  BOOST_REQUIRE(response);
  if (response->result_int() == 503) {
    BOOST_TEST(!(*response)[http::field::retry_after].empty());
    BOOST_TEST((*response)[http::field::content_type] == "application/problem+json");
  }
  return response->result_int();
}

/// The answer to a request with a body.
Response ask(Client& client, const std::string& start, const std::string& body,
             const std::string& field = "") {
  const auto response =
      client.exchange(start + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + field +
                      "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  BOOST_REQUIRE(response);
  return *response;
}

/// The statuses of each kind of write on users 1 and 2, which exist.
std::vector<unsigned> write_one_of_each(Client& client) {
  const std::string user = user_json("New", "B", "new@b.c");
  return {ask(client, "PUT /users/1", user).result_int(),
          ask(client, "PATCH /users/1", R"({"first-name":"Patched"})").result_int(),
          ask(client, "DELETE /users/2", "").result_int(),
          ask(client, "POST /users", user_json("K", "B", "k@b.c"), "Idempotency-Key: k\r\n")
              .result_int()};
}

std::string listing(Client& client) { return ask(client, "GET /users", "").body(); }

unsigned get(Client& client, const std::string& path) {
  const auto answer = client.exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_REQUIRE(answer);
  return answer->result_int();
}

/// The first schema that there was, with one user.
constexpr const char* schema_1 =
    "PRAGMA application_id = 0x526f6c6c; PRAGMA user_version = 1;"
    "CREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  last_name TEXT NOT NULL,\n"
    "  first_name TEXT NOT NULL,\n  email TEXT NOT NULL\n) STRICT;"
    "CREATE TABLE high_water (id INTEGER NOT NULL) STRICT;"
    "CREATE TRIGGER users_delete AFTER DELETE ON users BEGIN\n"
    "  UPDATE high_water SET id = max(id, old.id);\nEND;"
    "CREATE TRIGGER users_update_id AFTER UPDATE OF id ON users BEGIN\n"
    "  UPDATE high_water SET id = max(id, old.id);\nEND;"
    "INSERT INTO high_water VALUES (1); INSERT INTO users VALUES (1, 'A', 'B', 'a@b.c')";

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(a_full_disk_is_503_reads_go_on_and_writes_come_back_by_themselves) {
  const FaultyDisk disk;
  RunningServer server(disk.store, {}, disk.environment());
  Client client(server.port());
  BOOST_TEST(create(client, "first") == 201U);
  disk.inject("write ENOSPC");
  for (int i = 0; i < 3; ++i) BOOST_TEST(create(client, "lost") == 503U);
  BOOST_TEST(get(client, "/users/1") == 200U);
  BOOST_TEST(get(client, "/users/2") == 404U);
  BOOST_TEST(get(client, "/readyz") == 200U);
  disk.inject("none");
  BOOST_TEST(create(client, "second") == 201U);
  BOOST_TEST(get(client, "/users/2") == 200U);
  BOOST_TEST(server.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(writes_come_back_after_a_disk_that_was_full_for_batches_of_megabytes) {
  const FaultyDisk disk;
  RunningServer server(disk.store, {"--threads", "1"}, disk.environment());
  Client client(server.port());
  BOOST_TEST(create(client, "first") == 201U);
  disk.inject("write ENOSPC");
  const std::string user = user_json(std::string(256, 'l'), std::string(256, 'f'), "a@b.c");
  std::string lines;
  for (int i = 0; i < 1'500; ++i) lines += user + "\n";
  std::vector<std::thread> streams;
  for (int i = 0; i < 20; ++i) {
    streams.emplace_back([&] {
      Client stream(server.port());
      stream.exchange(
          "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
          "Content-Length: " +
          std::to_string(lines.size()) + "\r\n\r\n" + lines);
    });
  }
  for (std::thread& each : streams) each.join();
  BOOST_TEST(get(client, "/users/2") == 404U);
  disk.inject("none");
  BOOST_TEST(create(client, "second") == 201U);
  BOOST_TEST(get(client, "/readyz") == 200U);
}

BOOST_AUTO_TEST_CASE(a_hung_disk_is_told_by_readyz_while_livez_is_200_and_it_passes) {
  for (const char* who : {"turn", "thread"}) {
    const FaultyDisk disk;
    RunningServer server(disk.store, {"--threads", "2-2", "--commit", who}, disk.environment());
    Client client(server.port());
    BOOST_TEST(create(client, "first") == 201U);
    disk.inject("hang");
    BOOST_REQUIRE(client.send(create_request(user_json("A", "B", "a@b.c"))));
    unsigned ready = 200;
    std::string body;
    for (int i = 0; i < 100 && ready == 200; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      // Until it is noticed, the thread that hangs may be the one that a connection is given to.
      Client probe(server.port(), std::chrono::milliseconds(500));
      const auto answer = probe.exchange("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
      if (answer) ready = answer->result_int();
      if (answer) body = answer->body();
    }
    BOOST_TEST(ready == 503U, who);
    BOOST_TEST(body.find("The disk does not respond") != body.npos, body);
    for (int i = 0; i < 4; ++i) {
      Client probe(server.port());
      BOOST_TEST(get(probe, "/livez") == 200U, who);
    }
    disk.inject("none");
    BOOST_TEST(client.receive()->result_int() == 201U);
    for (int i = 0; i < 100 && ready != 200; ++i) {
      Client probe(server.port());
      ready = get(probe, "/readyz");
      if (ready != 200) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    BOOST_TEST(ready == 200U, who);
  }
}

BOOST_AUTO_TEST_CASE(at_the_cap_a_thread_that_hangs_is_not_asked_for_room) {
  const FaultyDisk disk;
  RunningServer server(disk.store,
                       {"--threads", "2-2", "--commit", "turn", "--max-connections", "6"},
                       disk.environment());
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    BOOST_TEST(get(*clients.back(), "/livez") == 200U);
  }
  BOOST_TEST(create(*clients[0], "first") == 201U);
  // Both threads know from the next tick on since when theirs are idle.
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  disk.inject("hang");
  BOOST_REQUIRE(clients[0]->send(create_request(user_json("A", "B", "a@b.c"))));
  // Until it counts as stuck.
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<Client>(server.port(), std::chrono::seconds(5)));
    BOOST_REQUIRE(get(*clients.back(), "/livez") == 200U);
    // Who is idle longest is known from the next tick on.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  disk.inject("none");
  BOOST_TEST(clients[0]->receive()->result_int() == 201U);
}

BOOST_AUTO_TEST_CASE(no_read_waits_for_a_sync_that_hangs_once_one_was_seen) {
  const FaultyDisk disk;
  RunningServer server(disk.store, {"--threads", "1"}, disk.environment());
  Client reader(server.port());
  Client writer(server.port());
  BOOST_TEST(create(writer, "first") == 201U);
  BOOST_TEST(get(reader, "/users/1") == 200U);
  disk.inject("hang");
  BOOST_REQUIRE(writer.send(create_request(user_json("A", "B", "a@b.c"))));
  for (int i = 0; i < 100; ++i) BOOST_TEST(get(reader, "/users/1") == 200U);
  BOOST_TEST(get(reader, "/users/2") == 404U);
  disk.inject("none");
  BOOST_TEST(writer.receive()->result_int() == 201U);
}

BOOST_AUTO_TEST_CASE(an_io_error_on_a_write_is_503_and_nothing_of_it_is_seen) {
  const FaultyDisk disk;
  RunningServer server(disk.store, {}, disk.environment());
  Client client(server.port());
  disk.inject("write EIO");
  BOOST_TEST(create(client, "lost") == 503U);
  BOOST_TEST(get(client, "/users/1") == 404U);
}

BOOST_AUTO_TEST_CASE(a_full_disk_undoes_changes_deletions_keys_and_addresses_too) {
  const FaultyDisk disk;
  RunningServer server(disk.store, {"--unique-email"}, disk.environment());
  Client client(server.port());
  for (const char* email : {"one@b.c", "two@b.c"}) {
    BOOST_TEST(ask(client, "POST /users", user_json("A", "B", email)).result_int() == 201U);
  }
  const std::string before = listing(client);
  disk.inject("write ENOSPC");
  BOOST_TEST(write_one_of_each(client) == std::vector<unsigned>(4, 503),
             boost::test_tools::per_element());
  BOOST_TEST(listing(client) == before);
  disk.inject("none");
  // The refused write holds neither its key nor its address; two@b.c is still taken.
  BOOST_TEST(ask(client, "POST /users", user_json("A", "B", "Two@b.c")).result_int() == 409U);
  BOOST_TEST(write_one_of_each(client) == (std::vector<unsigned>{200, 200, 204, 201}),
             boost::test_tools::per_element());
  const Response again =
      ask(client, "POST /users", user_json("K", "B", "k@b.c"), "Idempotency-Key: k\r\n");
  BOOST_TEST(again["Idempotency-Replayed"] == "true");
}

BOOST_AUTO_TEST_CASE(
    of_a_stream_with_a_key_a_full_disk_keeps_what_was_created_and_a_retry_the_rest) {
  const FaultyDisk disk;
  RunningServer server(disk.store, {}, disk.environment());
  Client client(server.port());
  std::string lines[2];
  for (int i = 0; i < 6; ++i)
    lines[i / 3] += user_json("A", "B", std::to_string(i) + "@b.c") + "\n";
  const std::string head =
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nIdempotency-Key: "
      "\"k\"\r\nContent-Length: " +
      std::to_string(lines[0].size() + lines[1].size()) + "\r\n\r\n";
  Client stream(server.port());
  BOOST_REQUIRE(stream.send(head + lines[0]));
  while (get(client, "/users/3") != 200U) {
  }
  disk.inject("write ENOSPC");
  const auto broken = stream.exchange(lines[1]);
  BOOST_REQUIRE(broken);
  const std::string three = "{\"line\":1,\"id\":1}\n{\"line\":2,\"id\":2}\n{\"line\":3,\"id\":3}\n";
  BOOST_TEST(broken->body().starts_with(three), broken->body());
  BOOST_TEST(broken->body().find("\"line\":6,") != std::string::npos, broken->body());
  BOOST_TEST(broken->body().find("\"id\":4") == std::string::npos, broken->body());
  BOOST_TEST(get(client, "/users/4") == 404U);
  disk.inject("none");
  const auto again = stream.exchange(head + lines[0] + lines[1]);
  BOOST_REQUIRE(again);
  BOOST_TEST((*again)["Idempotency-Replayed"] == "true");
  BOOST_TEST(again->body().starts_with(three), again->body());
  BOOST_TEST(again->body().find("{\"line\":6,\"id\":6}") != std::string::npos, again->body());
  BOOST_TEST(get(client, "/users/6") == 200U);
  BOOST_TEST(get(client, "/users/7") == 404U);
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_and_a_kill_every_user_is_as_it_was) {
  const FaultyDisk disk;
  std::string before;
  {
    RunningServer server(disk.store, {}, disk.environment());
    Client client(server.port());
    for (int i = 0; i < 2; ++i) BOOST_TEST(create(client, "A") == 201U);
    before = listing(client);
    disk.inject("sync EIO");
    BOOST_TEST(write_one_of_each(client) == std::vector<unsigned>(4, 503),
               boost::test_tools::per_element());
    BOOST_TEST(listing(client) == before);
    server.stop(SIGKILL);
  }
  disk.inject("none");
  RunningServer server(disk.store, {}, disk.environment());
  Client client(server.port());
  BOOST_TEST(listing(client) == before);
  const Response first =
      ask(client, "POST /users", user_json("K", "B", "k@b.c"), "Idempotency-Key: k\r\n");
  BOOST_TEST(first.result_int() == 201U);
  BOOST_TEST(first["Idempotency-Replayed"] == "");
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_no_write_is_taken_until_restart_and_none_of_it_appears) {
  const FaultyDisk disk;
  {
    RunningServer server(disk.store, {}, disk.environment());
    Client client(server.port());
    BOOST_TEST(create(client, "first") == 201U);
    disk.inject("sync EIO");
    BOOST_TEST(create(client, "lost") == 503U);
    disk.inject("none");
    BOOST_TEST(create(client, "refused") == 503U);
    BOOST_TEST(get(client, "/users/1") == 200U);
    BOOST_TEST(get(client, "/users/2") == 404U);
    BOOST_TEST(get(client, "/readyz") == 503U);
    BOOST_TEST(get(client, "/livez") == 200U);
    server.stop(SIGKILL);
  }
  RunningServer server(disk.store, {}, disk.environment());
  Client client(server.port());
  BOOST_TEST(get(client, "/users/1") == 200U);
  BOOST_TEST(get(client, "/users/2") == 404U);
  BOOST_TEST(create(client, "next") == 201U);
}

BOOST_AUTO_TEST_CASE(an_older_file_is_not_upgraded_if_the_name_of_its_copy_is_not_on_disk) {
  const FaultyDisk disk;
  const std::string data = disk.directory.file("rollcall.db");
  sqlite3* database = nullptr;
  BOOST_REQUIRE(sqlite3_open(data.c_str(), &database) == SQLITE_OK);
  BOOST_REQUIRE(sqlite3_exec(database, schema_1, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
  disk.inject("directory EIO");
  Program program(ROLLCALL_PROGRAM, {"--listen", "127.0.0.1:0", "--store", disk.store},
                  disk.environment());
  const Ended ended = end_of(program);
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(has(ended.err, data + ".schema-1: its directory can't be synced: Input/output error"),
             ended.err);
  BOOST_TEST(has(run({"check", data}).out, "schema      1\n"));
  BOOST_TEST(!std::filesystem::exists(data + ".schema-1"));
  disk.inject("none");
  RunningServer server(disk.store, {}, disk.environment());
  Client client(server.port());
  BOOST_TEST(get(client, "/users/1") == 200U);
  BOOST_TEST(std::filesystem::exists(data + ".schema-1"));
}

BOOST_AUTO_TEST_CASE(a_backup_or_its_name_that_is_not_on_disk_is_exit_1_and_nothing_is_left) {
  const FaultyDisk disk;
  { const RunningServer server(disk.store); }
  const std::string copy = disk.directory.file("copy.db");
  for (const char* fault : {"sync EIO", "directory EIO"}) {
    disk.inject(fault);
    Program program(ROLLCALL_PROGRAM, {"backup", copy, "--store", disk.store}, disk.environment());
    const Ended ended = end_of(program);
    BOOST_TEST(ended.code == 1, fault);
    BOOST_TEST(ended.err == "rollcall: " + copy + " can't be written: Input/output error\n");
    for (const auto& each : std::filesystem::directory_iterator(disk.directory.path())) {
      BOOST_TEST(!has(each.path().filename(), "copy.db"), each.path());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_store_on_a_network_file_system_is_refused_and_no_file_is_made) {
  const FaultyDisk disk;
  disk.inject("network");
  Program program(ROLLCALL_PROGRAM, {"--listen", "127.0.0.1:0", "--store", disk.store},
                  disk.environment());
  const Ended ended = end_of(program);
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(has(ended.err, "rollcall.db is on a network file system (CIFS), which can lose users"),
             ended.err);
  BOOST_TEST(!std::filesystem::exists(disk.directory.file("rollcall.db")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
