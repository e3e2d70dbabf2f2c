#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// What a user of the real program sees when the WAL that a kill left is damaged, or is all that is
/// left of a store.
namespace rollcall::tests {
namespace {

namespace fs = std::filesystem;

constexpr int users_in_file = 800;
constexpr int users_in_wal = 45;

/// A store with users in its data file, and more of them in its WAL, whose server was killed.
struct KilledStore {
  TemporaryDirectory directory;
  std::string path = directory.file("rollcall.db");
  std::string store = "sqlite:" + path;

  explicit KilledStore(bool as_one_stream) {
    {
      RunningServer server(store);
      BOOST_TEST(has(server.program().error_output(), "created a new store: " + path));
      add(server, users_in_file, true);
      BOOST_REQUIRE(server.stop(SIGTERM) == 0);
    }
    RunningServer server(store);
    BOOST_TEST(!has(server.program().error_output(), "created"));
    add(server, users_in_wal, as_one_stream);
    server.stop(SIGKILL);
  }

  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
  }

  static void add(const RunningServer& server, int count, bool as_one_stream) {
    Client client(server.port());
    const std::string user = user_json(std::string(90, 'l'), std::string(90, 'f'), "a@b.c");
    if (!as_one_stream) {
      for (int i = 0; i < count; ++i) {
        BOOST_REQUIRE(client.exchange(create_request(user))->result_int() == 201U);
      }
      return;
    }
    std::string lines;
    for (int i = 0; i < count; ++i) lines += user + "\n";
    const auto answer = client.exchange(
        "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        "Content-Length: " +
        std::to_string(lines.size()) + "\r\n\r\n" + lines);
    BOOST_REQUIRE(answer);
    BOOST_REQUIRE(std::count(answer->body().begin(), answer->body().end(), '\n') == count);
  }

  void flip_bit(std::size_t octet) const {
    std::fstream file(path + "-wal", std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(octet));
    const int value = file.get();
    file.seekp(static_cast<std::streamoff>(octet));
    file.put(static_cast<char>(value ^ 0x20));
  }

  std::map<std::string, std::string> snapshot() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(directory.path())) {
      std::ostringstream octets;
      octets << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      files[entry.path().filename()] = octets.str();
    }
    return files;
  }

  /// The one line of a start that fails, which leaves every file as it was.
  std::string refusal() const {
    const auto before = snapshot();
    Program program(ROLLCALL_PROGRAM, {"--listen", "127.0.0.1:0", "--store", store});
    BOOST_TEST(program.wait().value_or(-1) == 1);
    const std::string line = program.error_output();
    BOOST_TEST(line.find('\n') == line.size() - 1, line);
    BOOST_TEST((snapshot() == before));
    return line;
  }
};

std::int64_t id_of_next(const std::string& store) {
  RunningServer server(store);
  Client client(server.port());
  const auto answer = client.exchange(create_request(user_json("A", "B", "a@b.c")));
  BOOST_REQUIRE(answer);
  const std::int64_t id = boost::json::parse(answer->body()).at("id").as_int64();
  BOOST_TEST(server.stop(SIGTERM) == 0);
  return id;
}

void take_advice(const std::string& line) {
  const std::size_t at = line.find("run: ");
  BOOST_REQUIRE_MESSAGE(at != line.npos, line);
  Program shell("/bin/sh", {"-c", line.substr(at + 5)});
  BOOST_TEST(shell.wait().value_or(-1) == 0, shell.error_output());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(damaged_wal)

BOOST_AUTO_TEST_CASE(a_wrong_bit_ends_the_start_and_the_advice_gives_no_acknowledged_id_again) {
  for (const bool as_one_stream : {false, true}) {
    const KilledStore killed(as_one_stream);
    killed.flip_bit(32 + 24 + 3'000);
    const std::string line = killed.refusal();
    BOOST_TEST(KilledStore::has(line, "rollcall.db-wal is damaged: 0 of "), line);
    take_advice(line);
    BOOST_TEST(id_of_next(killed.store) > users_in_file + users_in_wal);
  }
}

BOOST_AUTO_TEST_CASE(no_command_reads_past_a_damaged_wal_or_changes_it) {
  const KilledStore killed(false);
  killed.flip_bit(40);
  const std::string nobody = killed.directory.file("nobody.json");
  std::ofstream(nobody) << "[]";
  const auto before = killed.snapshot();
  const std::string copy = killed.directory.file("copy.db");
  for (const Program::Arguments& command :
       {Program::Arguments{"export", "--store", killed.store},
        Program::Arguments{"import", nobody, "--store", killed.store},
        Program::Arguments{"backup", copy, "--store", killed.store},
        Program::Arguments{"restore", killed.path, "--store", "sqlite:" + copy}}) {
    Program program(ROLLCALL_PROGRAM, command);
    BOOST_TEST(program.wait().value_or(-1) == 1);
    BOOST_TEST(KilledStore::has(program.error_output(), "is damaged: 0 of "));
    BOOST_TEST(program.output().empty());
  }
  BOOST_TEST((killed.snapshot() == before));
}

BOOST_AUTO_TEST_CASE(a_wal_without_its_data_file_is_never_deleted) {
  for (const bool missing : {true, false}) {
    const KilledStore killed(false);
    const std::string data = killed.snapshot().at("rollcall.db");
    fs::remove(killed.path);
    if (!missing) std::ofstream(killed.path).flush();
    const std::string line = killed.refusal();
    BOOST_TEST(KilledStore::has(line, "missing or empty"), line);
    // What the line says first: to put it back.
    std::ofstream(killed.path, std::ios::binary) << data;
    BOOST_TEST(id_of_next(killed.store) == users_in_file + users_in_wal + 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
