#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/postgres/cluster.hpp"
#include "tests/storage/store_contract.hpp"

/// Warnings that come with a commit and say nothing of it. Only the server itself can raise these,
/// so it is made to; for one that does say something see standby_test.cpp.
namespace rollcall::storage {
namespace {

/// A server of its own, which can be made to take itself for very old.
struct OldServer {
  OldServer() {
    cluster.query("CREATE TABLE kept (); CREATE TABLE other ()");
    // A vacuum would put it right, but waits for a transaction that nobody ends.
    cluster.query(
        "BEGIN; LOCK TABLE kept IN SHARE UPDATE EXCLUSIVE MODE; PREPARE TRANSACTION 'kept'");
  }

  /// As if nothing had been vacuumed until 5 million of those numbers are left, of which `next` is
  /// the next.
  void age(const std::string& numbers, const std::string& next) const {
    constexpr std::int64_t all = std::int64_t{1} << 32;
    constexpr std::int64_t age = all / 2 - 5'000'000;
    const auto before = [&](std::int64_t passed) {
      return " = ((" + next + " + " + std::to_string(all - passed) + ") % " + std::to_string(all) +
             ")::text::xid";
    };
    cluster.query("UPDATE pg_class SET rel" + numbers + before(age) +
                  " WHERE relname = 'kept'; UPDATE pg_database SET dat" + numbers +
                  before(age + 1) + " WHERE datname = 'postgres'");
    // At its end it looks for the oldest table of all.
    cluster.query("VACUUM other");
  }
  /// It has told a store's session so.
  bool has_warned(const std::string& text) const {
    std::ifstream file(cluster.directory() + "/log");
    const std::string log(std::istreambuf_iterator<char>(file), {});
    return log.find("rollcall WARNING:  database \"postgres\" must be vacuumed " + text) !=
           log.npos;
  }

  tests::PostgresCluster cluster{
      "max_prepared_transactions = 2\nlog_min_messages = warning\nlog_line_prefix = '%a '"};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(warnings)

BOOST_AUTO_TEST_CASE(a_commit_is_not_in_doubt_because_numbers_of_transactions_run_out) {
  // Which ends the program.
  if (!tests::PostgresCluster::is_installed()) tests::shared_cluster();
  OldServer server;
  const std::string schema = server.cluster.new_schema();
  const auto store = open_store(server.cluster.url(schema), {}, {});
  server.cluster.query(
      "SET search_path = " + schema +
      "; CREATE TABLE sessions (pid int); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql "
      "AS 'BEGIN INSERT INTO sessions VALUES (pg_backend_pid()); RETURN NULL; END'; CREATE TRIGGER "
      "note AFTER INSERT OR UPDATE ON users EXECUTE FUNCTION note()");
  const UserId id = create(*store, {"A"})[0].id;
  // A user whom two transactions have locked takes a number of another kind.
  server.cluster.query("BEGIN; SELECT FROM " + schema +
                       ".users FOR KEY SHARE; PREPARE TRANSACTION 'locks'");
  server.age("minmxid", "1");
  BOOST_TEST((replace(*store, id, {"B", "F", "a@b.c"}) == Status::ok));
  BOOST_TEST(server.has_warned("before"));
  server.age("frozenxid", "txid_current()");
  BOOST_TEST((replace(*store, id, {"C", "F", "a@b.c"}) == Status::ok));
  BOOST_TEST((create(*store, {"A"})[0].status == Status::ok));
  BOOST_TEST(server.has_warned("within"));
  // A commit that is in doubt would have cost its session, though not always its answer.
  BOOST_TEST(server.cluster.query("SELECT count(*), count(DISTINCT pid) FROM " + schema +
                                  ".sessions") == "4|1\n");
  std::string error;
  BOOST_TEST(store->close(error), error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
