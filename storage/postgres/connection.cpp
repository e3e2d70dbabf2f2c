#include "storage/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "storage/postgres/limits.hpp"
#include "storage/postgres/race.hpp"

namespace rollcall::storage::postgres {
namespace {

constexpr int binary = 1;

std::string first_line(const char* text) {
  std::string line = text == nullptr ? "" : text;
  // libpq has a line for each host it tried; the last one says most.
  while (!line.empty() && line.back() == '\n') line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line.empty() ? "the connection was lost" : line;
}

/// A warning that is surely not about the commit: one that a trigger raises, that a collation has
/// changed, or that numbers of transactions run out, which comes with each transaction. Any other
/// may be, such as that of SyncRepWaitForLSN. Texts are translated, and the state of all three may
/// be 01000, so the function in the server's source has to say it.
bool is_about_no_commit(const PGresult* notice) {
  const char* const text = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);
  const std::string_view function = text == nullptr ? "" : text;
  constexpr std::string_view others[] = {"exec_stmt_raise", "pg_newlocale_from_collation",
                                         "GetNewTransactionId", "GetNewMultiXactId"};
  return std::find(std::begin(others), std::end(others), function) != std::end(others);
}

}  // namespace

/// What libpq wants of parameters. Keeps its memory from one statement to the next.
struct Connection::Sent {
  void fill(const Parameters& parameters) {
    types.clear();
    values.clear();
    lengths.clear();
    formats.clear();
    for (const Parameters::Value& each : parameters.all()) {
      types.push_back(each.type);
      values.push_back(each.null ? nullptr : each.view().data());
      lengths.push_back(static_cast<int>(each.view().size()));
      formats.push_back(binary);
    }
  }
  int count() const noexcept { return static_cast<int>(values.size()); }

  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

Result& Result::operator=(Result&& other) noexcept {
  std::swap(result_, other.result_);
  return *this;
}

Result::~Result() { PQclear(result_); }

Result::Kind Result::kind() const noexcept {
  if (result_ == nullptr) return Kind::none;
  switch (PQresultStatus(result_)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      return Kind::done;
    case PGRES_PIPELINE_SYNC:
      return Kind::pipeline_end;
    case PGRES_PIPELINE_ABORTED:
      return Kind::skipped;
    default:
      return Kind::failed;
  }
}

int Result::rows() const noexcept { return PQntuples(result_); }

std::string_view Result::text(int row, int column) const noexcept {
  return {PQgetvalue(result_, row, column),
          static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::int64_t Result::integer(int row, int column) const noexcept {
  return integer_of(text(row, column));
}

bool Result::is_null(int row, int column) const noexcept {
  return PQgetisnull(result_, row, column) == 1;
}

std::int64_t Result::affected() const noexcept {
  std::int64_t count = 0;
  for (const char* at = PQcmdTuples(result_); *at != '\0'; ++at) count = count * 10 + (*at - '0');
  return count;
}

std::string Result::field(int code) const {
  const char* const text = PQresultErrorField(result_, code);
  return text == nullptr ? "" : text;
}

std::string Result::state() const { return field(PG_DIAG_SQLSTATE); }

std::string Result::constraint() const { return field(PG_DIAG_CONSTRAINT_NAME); }

std::string Result::table() const { return field(PG_DIAG_TABLE_NAME); }

std::string Result::message() const {
  const char* const primary = PQresultErrorField(result_, PG_DIAG_MESSAGE_PRIMARY);
  return first_line(primary == nullptr ? PQresultErrorMessage(result_) : primary);
}

Connection::Connection(pg_conn* connection, Host host, Clock::time_point deadline,
                       const std::atomic<bool>& stop)
    : connection_(connection),
      deadline_(deadline),
      stop_(stop),
      host_(std::move(host)),
      sent_(std::make_unique<Sent>()) {
  const auto note = [](void* warned, const PGresult* notice) {
    const char* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && std::string_view(severity) == "WARNING" &&
        !is_about_no_commit(notice)) {
      *static_cast<bool*>(warned) = true;
    }
  };
  if (connection_ != nullptr) PQsetNoticeReceiver(connection_, note, &warned_);
}

Connection::~Connection() { PQfinish(connection_); }

std::unique_ptr<Connection> Connection::start(const std::string& url, const Host& host,
                                              Clock::time_point deadline,
                                              const std::atomic<bool>& stop) {
  // What comes later overrides what comes earlier, so the URL has the last word but for the host,
  // which is one of its own, and the encoding.
  const char* const names[] = {"fallback_application_name",
                               "target_session_attrs",
                               "tcp_user_timeout",
                               "keepalives_idle",
                               "keepalives_interval",
                               "keepalives_count",
                               "dbname",
                               "client_encoding",
                               "port",
                               host.named ? "host" : nullptr,
                               "hostaddr",
                               nullptr};
  const char* const values[] = {"rollcall",
                                "read-write",
                                "5000",
                                "5",
                                "2",
                                "3",
                                url.c_str(),
                                "UTF8",
                                host.port.c_str(),
                                host.name.c_str(),
                                host.address.c_str(),
                                nullptr};
  std::unique_ptr<Connection> made(
      new Connection(PQconnectStartParams(names, values, 1), host, deadline, stop));
  if (made->connection_ == nullptr) throw std::bad_alloc();
  if (PQstatus(made->connection_) == CONNECTION_BAD) made->progress_ = Progress::failed;
  return made;
}

std::unique_ptr<Connection> Connection::open(const std::string& url, const Route& route,
                                             Clock::time_point deadline,
                                             const std::atomic<bool>& stop, std::string& error) {
  Race race(url, route, deadline, stop);
  std::unique_ptr<Connection> made = race.run();
  if (!made) {
    error = race.errors();
    return nullptr;
  }
  made->deadline_ = std::max(deadline, Clock::now() + set_up_time);
  if (PQsetnonblocking(made->connection_, 1) == 0 && made->look_for_pooler() &&
      made->have_loss_noticed()) {
    return made;
  }
  error = made->error();
  return nullptr;
}

Connection::Progress Connection::go_on() {
  if (progress_ == Progress::failed) return progress_;
  switch (PQconnectPoll(connection_)) {
    case PGRES_POLLING_OK:
      return progress_ = Progress::made;
    case PGRES_POLLING_READING:
      return progress_ = Progress::reading;
    case PGRES_POLLING_WRITING:
      return progress_ = Progress::writing;
    default:
      return progress_ = Progress::failed;
  }
}

/// False at the deadline, and soon after the stop.
bool Connection::wait(bool to_write) {
  constexpr std::chrono::milliseconds look_for_stop{50};
  pollfd one{PQsocket(connection_), static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0};
  while (!stop_.load(std::memory_order_relaxed)) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    if (left.count() <= 0) return false;
    if (::poll(&one, 1, static_cast<int>(std::min(left, look_for_stop).count())) > 0) return true;
  }
  return false;
}

Result Connection::run(const char* sql, const Parameters& parameters) {
  if (!(parameters.size() == 0 ? PQsendQuery(connection_, sql) == 1
                               : send({"", sql}, parameters))) {
    return {};
  }
  Result last;
  for (;;) {
    while (PQisBusy(connection_) == 1) {
      const int unsent = PQflush(connection_);
      if (unsent < 0 || !wait(unsent == 1) || PQconsumeInput(connection_) == 0) return {};
    }
    Result result(PQgetResult(connection_));
    if (result.kind() == Result::Kind::none) return last;
    // Of several statements the first that failed, or the last.
    if (last.kind() != Result::Kind::failed) last = std::move(result);
  }
}

bool Connection::look_for_pooler() {
  // A parameter makes the result binary.
  const Result result = run("SELECT pg_backend_pid()::int8 + $1::int8", Parameters().add(0));
  if (result.kind() != Result::Kind::done) return false;
  pooled_ = result.integer(0, 0) != PQbackendPID(connection_);
  return true;
}

/// If this machine is gone without a word, the database is to end the session, and let go of the
/// lane that a transaction has locked, as soon as this end would: by default that takes it two
/// hours. A session that waits for a lock is to notice that nobody waits for it any more
/// (PostgreSQL 14 and later), or all that are given up meanwhile add up to max_connections.
bool Connection::have_loss_noticed() {
  if (pooled_) return true;
  const Result set =
      run("SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES "
          "('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '2'), "
          "('tcp_keepalives_count', '3'), ('tcp_user_timeout', '5000'), "
          "('client_connection_check_interval', '1000')) wanted(name, value) "
          "USING (name) WHERE source = 'default'");
  // Without them it only takes longer.
  return set.kind() != Result::Kind::none;
}

bool Connection::prepare(std::span<const Statement> statements) {
  if (pooled_) return true;
  for (const Statement& each : statements) {
    if (PQsendPrepare(connection_, each.name, each.sql, 0, nullptr) == 0) return false;
    for (bool good = false;;) {
      while (PQisBusy(connection_) == 1) {
        const int unsent = PQflush(connection_);
        if (unsent < 0 || !wait(unsent == 1) || PQconsumeInput(connection_) == 0) return false;
      }
      const Result result(PQgetResult(connection_));
      if (result.kind() == Result::Kind::none) {
        if (!good) return false;
        break;
      }
      good = result.kind() == Result::Kind::done;
    }
  }
  return true;
}

bool Connection::start_pipeline() { return PQenterPipelineMode(connection_) == 1; }

int Connection::descriptor() const noexcept { return PQsocket(connection_); }

bool Connection::send(const Statement& statement, const Parameters& parameters) {
  Sent& sent = *sent_;
  sent.fill(parameters);
  if (pooled_ || *statement.name == '\0') {
    return PQsendQueryParams(connection_, statement.sql, sent.count(), sent.types.data(),
                             sent.values.data(), sent.lengths.data(), sent.formats.data(),
                             binary) == 1;
  }
  return PQsendQueryPrepared(connection_, statement.name, sent.count(), sent.values.data(),
                             sent.lengths.data(), sent.formats.data(), binary) == 1;
}

bool Connection::end_part() { return PQpipelineSync(connection_) == 1 && move(); }

bool Connection::move() {
  const int unsent = PQflush(connection_);
  if (unsent < 0) return false;
  unsent_ = unsent == 1;
  return PQconsumeInput(connection_) == 1;
}

Result Connection::next() {
  // A null result ends each statement's results, and says nothing by itself.
  for (int ends = 0; ends < 2 && PQisBusy(connection_) == 0; ++ends) {
    Result result(PQgetResult(connection_));
    if (result.kind() != Result::Kind::none) return result;
  }
  return {};
}

bool Connection::has_result() const noexcept { return PQisBusy(connection_) == 0; }

bool Connection::take_warning() noexcept { return std::exchange(warned_, false); }

std::string Connection::error() const { return first_line(PQerrorMessage(connection_)); }

}  // namespace rollcall::storage::postgres
