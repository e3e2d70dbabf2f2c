#include <sys/stat.h>
#include <sys/wait.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "storage/open_error.hpp"
#include "storage/postgres/connection.hpp"
#include "tests/postgres/cluster.hpp"
#include "tests/storage/store_contract.hpp"

/// PgBouncer in transaction mode: each transaction may run on another connection to the database.
namespace rollcall::storage {
namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

/// A PgBouncer over the shared cluster, with fewer connections to it than it has clients.
class Pooler {
 public:
  /// `more` is SQL for each of its connections.
  explicit Pooler(const std::string& schema, const std::string& more = "")
      : directory_(tests::shared_cluster().directory() + "/pooler") {
    std::filesystem::create_directory(directory_);
    ::chmod(directory_.c_str(), 0777);
    const std::string file = directory_ + "/pgbouncer.ini";
    std::ofstream(file) << "[databases]\n* = host=" << tests::shared_cluster().directory()
                        << " user=rollcall connect_query='SET search_path = " << schema << more
                        << "'\n[pgbouncer]\nunix_socket_dir = " << directory_
                        << "\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n";
    process_ = tests::spawn({program, file}, directory_ + "/log");
    while (!std::filesystem::exists(directory_ + "/.s.PGSQL.6432")) {
      BOOST_REQUIRE(::kill(process_, 0) == 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  ~Pooler() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string url() const {
    return "postgresql://rollcall@" + tests::host_of(directory_) + ":6432/postgres";
  }

 private:
  const std::string directory_;
  int process_ = -1;
};

bool is_installed() {
  if (std::filesystem::exists(program)) return true;
  BOOST_TEST_MESSAGE("skipped: PgBouncer is not installed (script/bootstrap --postgres)");
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pooler)

BOOST_AUTO_TEST_CASE(a_pooler_is_noticed) {
  const std::string direct = tests::shared_cluster().url("public");
  if (!is_installed()) return;
  const Pooler pooler("public");
  const std::atomic<bool> never{false};
  for (const bool pooled : {true, false}) {
    std::string error;
    const auto connection =
        postgres::Connection::open(pooled ? pooler.url() : direct, {},
                                   postgres::Clock::now() + std::chrono::seconds(30), never, error);
    BOOST_REQUIRE_MESSAGE(connection, error);
    BOOST_TEST(connection->is_pooled() == pooled);
  }
}

BOOST_AUTO_TEST_CASE(a_pooler_whose_connections_hide_warnings_is_refused) {
  const std::string schema = tests::shared_cluster().new_schema();
  if (!is_installed()) return;
  const Pooler pooler(schema, "; SET client_min_messages = error");
  try {
    open_store(pooler.url(), {}, {});
    BOOST_FAIL("it is opened");
  } catch (const StoreOpenError& error) {
    BOOST_TEST((error.failure().reason == OpenFailure::Reason::database_settings));
    BOOST_TEST(error.failure().detail.find("client_min_messages") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(instances_behind_a_pooler_serve_as_without_it) {
  const std::string schema = tests::shared_cluster().new_schema();
  if (!is_installed()) return;
  const Pooler pooler(schema);
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < 2; ++i) stores.push_back(open_store(pooler.url(), {}, {}));
  std::set<UserId> ids;
  for (int i = 0; i < 20; ++i) {
    for (const auto& each : stores) {
      for (const WriteOperation& made : create(*each, {"A", "B"})) ids.insert(made.id);
    }
    // Whatever is under way is lost, and is made once all the same.
    if (i % 5 == 0) {
      tests::shared_cluster().query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client "
          "backend' AND pid <> pg_backend_pid()");
    }
    UserRecord user;
    for (const auto& each : stores) {
      BOOST_TEST((find(*each, *ids.rbegin(), user) == Status::ok));
      BOOST_TEST((replace(*each, *ids.begin(), {"L", "F", "a@b.c"}) == Status::ok));
    }
  }
  BOOST_TEST(ids.size() == 80U);
  BOOST_TEST(tests::shared_cluster().query("SELECT count(*), (SELECT sum(users) FROM " + schema +
                                           ".lanes) FROM " + schema + ".users") == "80|80\n");
  IdempotencyKey key;
  key.text = "k";
  for (const Status expected : {Status::ok, Status::replayed}) {
    WriteOperation keyed;
    keyed.user = {"L", "F", "a@b.c"};
    keyed.key = &key;
    BOOST_TEST((write(*stores[expected == Status::ok ? 0 : 1], keyed) == expected));
  }
  for (const auto& each : stores) {
    std::string error;
    BOOST_TEST(each->close(error), error);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
