#include "storage/postgres/schema.hpp"

#include <thread>

#include "storage/postgres/sql.hpp"
#include "storage/user.hpp"

namespace rollcall::storage::postgres {
namespace {

using Reason = OpenFailure::Reason;

bool fail(OpenFailure& failure, Reason reason, std::string detail) {
  failure.reason = reason;
  failure.detail = std::move(detail);
  return false;
}

bool fail(OpenFailure& failure, const Connection& connection, const Result& result) {
  if (result.kind() == Result::Kind::none) {
    return fail(failure, Reason::database_not_reached, connection.error());
  }
  return fail(failure, Reason::database_failed, result.message());
}

bool is_done(const Result& result) noexcept { return result.kind() == Result::Kind::done; }

/// Two instances make the same thing at the same time.
bool is_race(const Result& result) {
  const std::string state = result.kind() == Result::Kind::failed ? result.state() : "";
  return state == "23505" || state == "42P07" || state == "42710" || state == "XX000" ||
         state == "40P01" || state == "40001";
}

std::string create_tables() {
  const auto texts = [](const char* behind, const char* type) {
    std::string all;
    for (const MemberRow& each : user_members) {
      all += std::string(each.column) + behind + " text COLLATE \"C\"" + type + ", ";
    }
    return all;
  };
  return "CREATE TABLE users (id bigint PRIMARY KEY, " + texts("", " NOT NULL") +
         // What a search compares, of a text that is not all ASCII; and the form of such an
         // address. Of others both are their lower case.
         texts("_folded", "") +
         "email_key text COLLATE \"C\");"
         "CREATE TABLE lanes (lane bigint PRIMARY KEY, owner bigint NOT NULL, batch bigint NOT "
         "NULL, outcome bigint[] NOT NULL DEFAULT '{}', users bigint NOT NULL DEFAULT 0, seen "
         "timestamptz NOT NULL DEFAULT now()) WITH (fillfactor = 10);"
         "CREATE TABLE ids (one bool PRIMARY KEY DEFAULT true CHECK (one), next bigint NOT NULL);"
         "INSERT INTO ids (next) VALUES (1);"
         "CREATE TABLE idempotency_keys (key text COLLATE \"C\" PRIMARY KEY, payload bigint NOT "
         "NULL, user_id bigint NOT NULL, token bigint NOT NULL, answer bytea, expires_at "
         "timestamptz NOT NULL, open_until timestamptz);"
         "CREATE INDEX idempotency_keys_expire ON idempotency_keys (expires_at);"
         "CREATE TABLE upload_runs (key text COLLATE \"C\" NOT NULL REFERENCES idempotency_keys ON "
         "DELETE CASCADE, token bigint NOT NULL, first_line bigint NOT NULL, line_count bigint NOT "
         "NULL, first_id bigint NOT NULL, digest bigint NOT NULL, PRIMARY KEY (key, first_line));";
}

/// Under the lock of the row that has the version, so that one instance makes the tables and the
/// others wait for it.
std::string migration() {
  const std::string version = std::to_string(schema_version);
  return "DO $migration$ BEGIN "
         "CREATE TABLE IF NOT EXISTS rollcall_schema (one bool PRIMARY KEY DEFAULT true CHECK "
         "(one), version int NOT NULL, oldest int NOT NULL);"
         "INSERT INTO rollcall_schema (version, oldest) VALUES (0, 0) ON CONFLICT DO NOTHING;"
         "IF (SELECT version FROM rollcall_schema FOR UPDATE) = 0 THEN " +
         create_tables() + "UPDATE rollcall_schema SET version = " + version +
         ", oldest = " + std::to_string(oldest_version) + "; END IF; END $migration$";
}

bool tell_shared_emails(Connection& connection, OpenFailure& failure) {
  const std::string query = "SELECT array_agg(id ORDER BY id) FROM users GROUP BY " + email_form() +
                            " HAVING count(*) > $1::int8 ORDER BY 1 LIMIT 20";
  const Result shared = connection.run(query.c_str(), Parameters().add(1));
  if (!is_done(shared)) return fail(failure, connection, shared);
  for (int row = 0; row < shared.rows(); ++row) {
    std::vector<UserId> ids;
    for (const std::int64_t id : integers_of(shared.text(row, 0))) {
      ids.push_back(static_cast<UserId>(id));
    }
    failure.ids.push_back(std::move(ids));
  }
  return fail(failure, Reason::shared_emails, "");
}

}  // namespace

bool find_version(Connection& connection, std::int64_t& version, OpenFailure& failure) {
  const Result there =
      connection.run("SELECT (to_regclass('rollcall_schema') IS NOT NULL)::int::int8 + $1::int8",
                     Parameters().add(0));
  if (!is_done(there)) return fail(failure, connection, there);
  version = 0;
  if (there.integer(0, 0) == 0) return true;
  const Result found = connection.run(
      "SELECT version::int8, oldest::int8 + $1::int8 FROM rollcall_schema", Parameters().add(0));
  if (!is_done(found)) return fail(failure, connection, found);
  if (found.rows() == 1) version = found.integer(0, 0);
  if (found.rows() == 1 && found.integer(0, 1) > schema_version) {
    failure.found = version;
    failure.known = schema_version;
    return fail(failure, Reason::newer_schema, "");
  }
  return true;
}

bool make_tables(Connection& connection, OpenFailure& failure) {
  constexpr int attempts = 20;
  for (int i = 1;; ++i) {
    std::int64_t version = 0;
    if (!find_version(connection, version, failure)) return false;
    if (version >= schema_version) return true;
    const Result made = connection.run(migration().c_str());
    if (is_done(made)) continue;
    if (!is_race(made) || i == attempts) return fail(failure, connection, made);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool check_settings(Connection& connection, std::string& synchronous_commit, OpenFailure& failure) {
  const Result found = connection.run(
      "SELECT current_setting('fsync'), current_setting('synchronous_commit'), "
      "current_setting('server_encoding'), current_setting('default_transaction_isolation'), "
      "current_setting('server_version_num')::int8 + $1::int8, "
      "current_setting('client_min_messages')",
      Parameters().add(0));
  if (!is_done(found)) return fail(failure, connection, found);
  constexpr std::int64_t oldest_server = 120'000;
  const std::string_view commit = found.text(0, 1);
  synchronous_commit = commit;
  const auto refuse = [&](std::string detail) {
    return fail(failure, Reason::database_settings, std::move(detail));
  };
  if (found.text(0, 0) == "off") return refuse("fsync is off: it loses users in a crash");
  if (commit == "off" || commit == "local") {
    return refuse("synchronous_commit is " + std::string(commit) +
                  ": it acknowledges what a crash or a failover loses; use on or remote_apply");
  }
  if (found.text(0, 2) != "UTF8") {
    return refuse("its encoding is " + std::string(found.text(0, 2)) + ", not UTF8");
  }
  if (found.text(0, 3) != "read committed") {
    return refuse("default_transaction_isolation is " + std::string(found.text(0, 3)) +
                  ": use read committed");
  }
  if (found.integer(0, 4) < oldest_server) return refuse("it is older than PostgreSQL 12");
  if (connection.is_pooled()) {
    const std::string_view least = found.text(0, 5);
    if (least != "error" && least != "fatal" && least != "panic") return true;
    return refuse("client_min_messages is " + std::string(least) +
                  ": it hides that a commit did not wait for the standby; use warning");
  }
  // What a session has set, a new configuration file does not change. Without warnings nobody would
  // know that a commit did not wait for the standby.
  const Result kept = connection.run(
      "SELECT set_config('synchronous_commit', $1::text, false), "
      "set_config('client_min_messages', 'warning', false)",
      Parameters().add(commit));
  return is_done(kept) || fail(failure, connection, kept);
}

bool prepare_schema(Connection& connection, bool unique_emails, OpenFailure& failure) {
  if (!make_tables(connection, failure)) return false;
  const Result index =
      connection.run("SELECT (to_regclass('users_email_key') IS NOT NULL)::int::int8 + $1::int8",
                     Parameters().add(0));
  if (!is_done(index)) return fail(failure, connection, index);
  const bool is_there = index.integer(0, 0) == 1;
  if (is_there == unique_emails) return true;
  if (is_there) return fail(failure, Reason::emails_are_unique, "");
  const std::string create =
      "CREATE UNIQUE INDEX IF NOT EXISTS users_email_key ON users ((" + email_form() + "))";
  for (int attempt = 0;; ++attempt) {
    const Result made = connection.run(create.c_str());
    if (is_done(made)) return true;
    if (!is_race(made)) return fail(failure, connection, made);
    // Users share an address, or another instance makes the index.
    if (!tell_shared_emails(connection, failure) && failure.ids.empty() && attempt < 3) continue;
    return false;
  }
}

}  // namespace rollcall::storage::postgres
