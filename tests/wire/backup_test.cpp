#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/ended.hpp"
#include "tests/wire/running_server.hpp"

/// rollcall backup and rollcall restore, as an operator uses them.
namespace rollcall::tests {
namespace {

/// Creates users one after another until it is destroyed.
class Creating {
 public:
  explicit Creating(std::uint16_t port) : thread_([this, port] { create(port); }) {}
  ~Creating() {
    stop_ = true;
    thread_.join();
  }
  Creating(const Creating&) = delete;
  Creating& operator=(const Creating&) = delete;

  /// Users acknowledged by now.
  std::uint64_t acknowledged() const noexcept { return acknowledged_; }
  void wait_for(std::uint64_t users) const {
    while (acknowledged_ < users) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  void create(std::uint16_t port) {
    Client client(port);
    const std::string request = create_request(user_json("L", "F", "a@x.org"));
    while (!stop_ && client.exchange(request)) ++acknowledged_;
  }

  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> acknowledged_{0};
  std::thread thread_;
};

/// What the store holds, by way of a file: it may be more than a pipe does.
std::string exported(const TemporaryDirectory& directory, const std::string& store) {
  const std::string file = directory.file("exported");
  const std::string command =
      std::string(ROLLCALL_PROGRAM) + " export --store " + store + " > " + file;
  Program program("/bin/sh", {"-c", command});
  BOOST_TEST(program.wait().value_or(-1) == 0, program.error_output());
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::uint64_t lines(const std::string& text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// NDJSON of `count` users.
std::string many(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    text +=
        R"({"last-name":"L","first-name":"F","email":"a@x.org","id":)" + std::to_string(i) + "}\n";
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backup)

BOOST_AUTO_TEST_CASE(a_backup_under_load_ends_has_all_acknowledged_before_it_and_can_be_served) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("a.db");
  const std::string copy = directory.file("copy.db");
  const std::string restored = "sqlite:" + directory.file("restored.db");
  std::ofstream(directory.file("many")) << many(100'000);
  BOOST_REQUIRE(run({"import", directory.file("many"), "--store", store}).code == 0);
  RunningServer server(store);
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  {
    const Creating creating(server.port());
    creating.wait_for(100);
    before = creating.acknowledged();
    const Ended ended = run({"backup", copy, "--store", store});
    after = creating.acknowledged();
    BOOST_TEST(ended.code == 0, ended.err);
    BOOST_TEST(has(ended.out, "backed up 100,"), ended.out);
  }
  BOOST_TEST(run({"restore", copy, "--store", restored}).code == 0);
  const std::string all = exported(directory, restored);
  const std::uint64_t users = lines(all);
  BOOST_TEST(users >= 100'000 + before);
  // One may have been created and not acknowledged.
  BOOST_TEST(users <= 100'000 + after + 1);
  // A prefix of the ids: the last one is the number of users.
  BOOST_TEST(has(all, "\"id\":" + std::to_string(users) + "}\n"));
  RunningServer second(restored);
  Client client(second.port());
  const auto created = client.exchange(create_request(user_json("A", "B", "c@d.e")));
  BOOST_TEST(has(created->body(), "\"id\":" + std::to_string(users + 1) + "}"), created->body());
  BOOST_TEST(server.stop(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(a_copy_of_the_file_and_its_wal_after_a_kill_has_every_user) {
  const TemporaryDirectory directory;
  const std::string data = directory.file("a.db");
  std::uint64_t acknowledged = 0;
  {
    RunningServer server("sqlite:" + data);
    const Creating creating(server.port());
    creating.wait_for(50);
    BOOST_TEST(server.stop(SIGKILL) == 128 + SIGKILL);
    acknowledged = creating.acknowledged();
  }
  const std::string copy = directory.file("copy.db");
  std::filesystem::copy_file(data, copy);
  std::filesystem::copy_file(data + "-wal", copy + "-wal");
  const std::string restored = "sqlite:" + directory.file("restored.db");
  BOOST_TEST(run({"restore", copy, "--store", restored}).code == 0);
  BOOST_TEST(lines(exported(directory, restored)) >= acknowledged);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_one_line_that_says_what_to_do_and_what_it_says_works) {
  const TemporaryDirectory directory;
  const std::string data = directory.file("a.db");
  const std::string store = "sqlite:" + data;
  const std::string copy = directory.file("copy.db");
  std::ofstream(directory.file("many")) << many(3);
  BOOST_REQUIRE(run({"import", directory.file("many"), "--store", store}).code == 0);
  BOOST_REQUIRE(run({"backup", copy, "--store", store}).code == 0);
  const Ended again = run({"backup", copy, "--store", store});
  BOOST_TEST(again.code == 1);
  BOOST_TEST(again.err == "rollcall: " + copy +
                              " exists: move it away, with its -wal and -shm files, or name "
                              "another\n");
  std::filesystem::rename(copy, directory.file("earlier.db"));
  BOOST_TEST(run({"backup", copy, "--store", store}).code == 0);
  {
    std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4'096);
    file << std::string(4'096, '\xff');
  }
  const Ended damaged = run({"--listen", "127.0.0.1:0", "--store", store});
  BOOST_TEST(damaged.code == 1);
  BOOST_TEST(has(damaged.err,
                 "look at it with rollcall check, then move it away and run rollcall restore with "
                 "a backup"),
             damaged.err);
  const Ended looked = run({"check", data});
  BOOST_TEST(looked.code == 1);
  BOOST_TEST(has(looked.out,
                 "copy " + data + "* to another place, then restore a backup (rollcall restore)"),
             looked.out);
  std::filesystem::rename(data, directory.file("damaged.db"));
  std::ofstream(data + "-wal") << "left";
  const Ended left = run({"restore", copy, "--store", store});
  BOOST_TEST(left.code == 1);
  BOOST_TEST(has(left.err, data + "-wal is left from an earlier store and may hold users: move"),
             left.err);
  std::filesystem::rename(data + "-wal", directory.file("damaged.db-wal"));
  BOOST_TEST(run({"restore", copy, "--store", store}).code == 0);
  BOOST_TEST(exported(directory, store) == many(3));
}

BOOST_AUTO_TEST_CASE(a_store_whose_file_was_removed_while_it_is_served_is_not_restored) {
  const TemporaryDirectory directory;
  const std::string data = directory.file("a.db");
  const std::string store = "sqlite:" + data;
  RunningServer server(store);
  BOOST_REQUIRE(run({"backup", directory.file("copy.db"), "--store", store}).code == 0);
  std::filesystem::remove(data);
  const Ended ended = run({"restore", directory.file("copy.db"), "--store", store});
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(has(ended.err, "a.db-shm is in use by a process whose data file is gone: stop it"),
             ended.err);
  // What it serves is on no disk any more.
  BOOST_TEST(server.stop(SIGTERM) == 1);
  BOOST_TEST(run({"restore", directory.file("copy.db"), "--store", store}).code == 0);
  BOOST_TEST(run({"check", data}).code == 0);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_with_128_and_the_signal_and_nothing_is_left) {
  const TemporaryDirectory directory;
  const std::string store = "sqlite:" + directory.file("a.db");
  std::ofstream(directory.file("many")) << many(100'000);
  BOOST_REQUIRE(run({"import", directory.file("many"), "--store", store}).code == 0);
  const std::string copy = directory.file("copy.db");
  const auto is_partial = [](const auto& each) {
    return has(each.path().filename(), "copy.db.partial-");
  };
  const std::filesystem::directory_iterator none;
  const auto partial = [&] {
    return std::find_if(std::filesystem::directory_iterator(directory.path()), none, is_partial);
  };
  // On a busy machine the backup may end before it gets the signal.
  for (int i = 0; i < 20; ++i) {
    std::filesystem::remove(copy);
    Program program(ROLLCALL_PROGRAM, {"backup", copy, "--store", store});
    while (partial() == none && !std::filesystem::exists(copy)) std::this_thread::yield();
    program.signal(SIGTERM);
    const int code = program.wait().value_or(-1);
    if (code == 0) continue;
    BOOST_TEST(code == 128 + SIGTERM);
    BOOST_TEST(has(program.error_output(), "stopped: " + copy + " was not written"));
    BOOST_TEST(!std::filesystem::exists(copy));
    BOOST_TEST((partial() == none));
    return;
  }
  BOOST_ERROR("no backup was stopped");
}

BOOST_AUTO_TEST_CASE(bad_options_are_exit_2_and_help_is_exit_0) {
  for (const char* command : {"backup", "restore"}) {
    BOOST_TEST(run({command}).code == 2);
    BOOST_TEST(run({command, "a", "b"}).code == 2);
    BOOST_TEST(run({command, "a", "--store", "memory:"}).code == 2);
    const Ended help = run({command, "--help"});
    BOOST_TEST(help.code == 0);
    BOOST_TEST(has(help.out, std::string("Usage: rollcall ") + command + " FILE"), help.out);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
