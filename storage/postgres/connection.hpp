#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/postgres/hosts.hpp"
#include "storage/postgres/parameters.hpp"

struct pg_conn;
struct pg_result;

namespace rollcall::storage::postgres {

using Clock = std::chrono::steady_clock;

/// A statement. Those that are sent often are prepared under their name when a connection is made.
struct Statement {
  const char* name;  ///< "" if it is never prepared.
  const char* sql;
};

/// One result of a statement, or the end of a pipeline's part. Values are in binary form.
class Result {
 public:
  enum class Kind : std::uint8_t {
    none,          ///< Nothing: no result yet.
    done,          ///< The statement was executed, rows or not.
    failed,        ///< It was not; state() says why.
    skipped,       ///< One before it in the same part failed.
    pipeline_end,  ///< All of the part is committed if none of its results was `failed`.
  };

  Result() = default;
  explicit Result(pg_result* result) noexcept : result_(result) {}
  Result(Result&& other) noexcept : result_(other.result_) { other.result_ = nullptr; }
  Result& operator=(Result&& other) noexcept;
  ~Result();

  Kind kind() const noexcept;
  int rows() const noexcept;
  /// Valid as long as this is. Empty for a null.
  std::string_view text(int row, int column) const noexcept;
  std::int64_t integer(int row, int column) const noexcept;
  bool is_null(int row, int column) const noexcept;
  /// Rows that the statement changed.
  std::int64_t affected() const noexcept;
  /// The SQLSTATE, "" if the error is the connection's.
  std::string state() const;
  /// The name of the constraint or unique index that refused it, "" if none did.
  std::string constraint() const;
  /// The table whose constraint, or column, refused it, "" if none did.
  std::string table() const;
  /// The error in one line, without what PostgreSQL calls its detail, which may have users' data.
  std::string message() const;

 private:
  /// Of the error, "" if it has none.
  std::string field(int code) const;

  pg_result* result_ = nullptr;
};

/// A connection to the database. It is made and set up by calls that wait, on a thread that may
/// wait; then it is used by one thread through calls that do not. Never cancels: whoever gives up
/// destroys it.
class Connection {
 public:
  /// Connects to what `url` names, until `deadline` or until `stop`. Null, with the reason in
  /// `error`, if that failed: one line without a password.
  static std::unique_ptr<Connection> open(const std::string& url, const Route& route,
                                          Clock::time_point deadline, const std::atomic<bool>& stop,
                                          std::string& error);
  /// Begins to connect to one host of `url`; progress() says how that goes. Does not wait.
  static std::unique_ptr<Connection> start(const std::string& url, const Host& host,
                                           Clock::time_point deadline,
                                           const std::atomic<bool>& stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What connecting waits for, or how it ended.
  enum class Progress : std::uint8_t { reading, writing, made, failed };
  Progress progress() const noexcept { return progress_; }
  /// Once the socket is ready for that.
  Progress go_on();

  // Waits, until the stop or the deadline that it was opened with, or for set_up_time if it took
  // until that deadline to connect.
  /// One statement, or several without parameters. A result that is `none` means the connection is
  /// lost, with the reason in error().
  Result run(const char* sql, const Parameters& parameters = {});
  /// Prepares them, unless a pooler is in between: then they are sent unnamed.
  bool prepare(std::span<const Statement> statements);
  /// From now on only the calls below. False if the connection is lost.
  bool start_pipeline();

  /// For the calls above, from now on.
  void set_deadline(Clock::time_point deadline) noexcept { deadline_ = deadline; }

  // Does not wait. False means that the connection is lost.
  int descriptor() const noexcept;
  /// There are octets that the socket has not taken: wait for it to be writable, too.
  bool has_unsent() const noexcept { return unsent_; }
  /// next() would give a result, or what it says of the end: it has been received already, so that
  /// waiting for the descriptor could be in vain.
  bool has_result() const noexcept;
  bool send(const Statement& statement, const Parameters& parameters);
  /// Ends a part: a transaction of its own.
  bool end_part();
  /// Sends and receives what can be.
  bool move();
  /// The next result, `none` if there is none yet.
  Result next();
  /// A warning has come since the last call that may be about the commit, such as that it did not
  /// wait for the standby. What a trigger raises is none.
  bool take_warning() noexcept;

  /// Which of those of the URL it is to.
  const Host& host() const noexcept { return host_; }
  /// A pooler (PgBouncer) is in between: a statement may run on any of its connections.
  bool is_pooled() const noexcept { return pooled_; }
  /// Why it is lost; one line.
  std::string error() const;

 private:
  Connection(pg_conn* connection, Host host, Clock::time_point deadline,
             const std::atomic<bool>& stop);
  struct Sent;
  bool wait(bool to_write);
  bool look_for_pooler();
  bool have_loss_noticed();

  pg_conn* const connection_;
  Clock::time_point deadline_;
  const std::atomic<bool>& stop_;
  const Host host_;
  const std::unique_ptr<Sent> sent_;
  Progress progress_ = Progress::writing;
  bool warned_ = false;
  bool unsent_ = false;
  bool pooled_ = false;
};

}  // namespace rollcall::storage::postgres
