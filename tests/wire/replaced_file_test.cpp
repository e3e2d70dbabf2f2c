#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// A data file that is removed or replaced while it is served.
namespace rollcall::tests {
namespace {

namespace fs = std::filesystem;

unsigned get(Client& client, const std::string& path) {
  return client.exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")->result_int();
}

unsigned create(Client& client) {
  return client.exchange(create_request(user_json("A", "B", "a@b.c")))->result_int();
}

/// Whether the server tells a probe within some seconds, with no write to make it look.
bool tells_of_it(Client& client) {
  for (int i = 0; i < 100; ++i) {
    if (get(client, "/readyz") == 503U) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

void copy_over(const std::string& path, const std::string& other) {
  fs::copy_file(other, path, fs::copy_options::overwrite_existing);
}

using Act = std::function<void(const std::string& path, const std::string& other)>;
const std::vector<std::pair<const char*, Act>> acts{
    {"removed", [](const auto& path, const auto&) { fs::remove(path); }},
    {"replaced", [](const auto& path, const auto& other) { fs::rename(other, path); }},
    {"overwritten", copy_over},
    {"removed", [](const auto& path, const auto&) { fs::remove(path + "-wal"); }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(replaced_file)

BOOST_AUTO_TEST_CASE(it_is_noticed_without_a_write_and_no_write_is_taken) {
  for (const char* who : {"turn", "thread"}) {
    for (const auto& [what, act] : acts) {
      BOOST_TEST_CONTEXT(who << " " << what) {
        const TemporaryDirectory directory;
        const std::string path = directory.file("rollcall.db");
        RunningServer server("sqlite:" + path, {"--commit", who});
        Client client(server.port());
        BOOST_TEST(create(client) == 201U);
        BOOST_TEST(get(client, "/readyz") == 200U);
        std::ofstream(directory.file("other")) << "another file";
        act(path, directory.file("other"));
        BOOST_TEST(tells_of_it(client));
        BOOST_TEST(create(client) == 503U);
        // What is in memory can still be had.
        BOOST_TEST(get(client, "/users/1") == 200U);
        BOOST_TEST(server.stop(SIGTERM) == 1);
        const std::string log = server.program().error_output();
        BOOST_TEST(log.find("can't write to " + path) != log.npos, log);
        BOOST_TEST(log.find(what) != log.npos, log);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
