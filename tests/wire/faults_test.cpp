#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/running_server.hpp"

/// What the disk refuses is answered with 503 and never seen; tests/faults/disk_faults.c injects
/// it.
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
            // The sanitizer's runtime need not come first: the shim calls nothing of it.
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

unsigned get(Client& client, const std::string& path) {
  return client.exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")->result_int();
}

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

BOOST_AUTO_TEST_CASE(an_io_error_on_a_write_is_503_and_nothing_of_it_is_seen) {
  const FaultyDisk disk;
  RunningServer server(disk.store, {}, disk.environment());
  Client client(server.port());
  disk.inject("write EIO");
  BOOST_TEST(create(client, "lost") == 503U);
  BOOST_TEST(get(client, "/users/1") == 404U);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
