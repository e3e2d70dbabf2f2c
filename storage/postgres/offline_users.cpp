#include "storage/postgres/offline_users.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_set>
#include <utility>
#include <vector>

#include "storage/limits.hpp"
#include "storage/postgres/lane.hpp"
#include "storage/postgres/limits.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/sql.hpp"
#include "storage/postgres/user_columns.hpp"
#include "storage/store_url.hpp"

namespace rollcall::storage::postgres {
namespace {

using Reason = OpenFailure::Reason;

bool is_done(const Result& result) noexcept { return result.kind() == Result::Kind::done; }

/// $1 to $8: ids, the columns, and what is derived from them.
std::string insertion() {
  std::string arrays = "$1::int8[]";
  for (std::size_t i = 0; i < 2 * member_count + 1; ++i) {
    arrays += ", $" + std::to_string(i + 2) + "::text[]";
  }
  const std::string all = "id, " + columns() + ", " + columns("", "_folded") + ", email_key";
  return "INSERT INTO users (" + all + ") SELECT " + all + " FROM unnest(" + arrays + ") i(" + all +
         ")";
}

class OfflineUsers final : public OfflineBackend {
 public:
  OfflineUsers(std::unique_ptr<Connection> connection, UserId next, const Lane& lane)
      : connection_(std::move(connection)), next_(next), lane_(lane) {}

  const std::optional<OpenFailure>& unwritable() const noexcept override { return unwritable_; }
  UserId last_id() const noexcept override { return next_ - 1; }
  bool contains(UserId id) override;
  Status create(const UserList& users) override;
  Status raise_last_id(UserId id) override;
  const std::string& last_error() const noexcept override { return error_; }
  const UserList& list_after(UserId after) override;
  bool close(std::string& error) noexcept override;

 private:
  Status in_transaction(UserId last, const UserList& users);
  bool take_ids(UserId last);
  bool insert(const UserList& users);
  bool run(const char* sql, const Parameters& parameters = {});
  std::string why(const Result& result) const;
  void load_ids();
  void note(UserId id);

  std::unique_ptr<Connection> connection_;
  const std::optional<OpenFailure> unwritable_;
  UserId next_;  ///< As the database has it, or had it when this was opened.
  const Lane lane_;
  std::string error_;
  bool email_taken_ = false;  ///< So the latest run() failed.
  bool ids_are_loaded_ = false;
  std::vector<UserId> ids_;               ///< That are in use; they rise.
  std::unordered_set<UserId> other_ids_;  ///< So are these.
  UserList listed_;
};

bool is_email_taken(const Result& result) {
  return result.kind() == Result::Kind::failed && result.state() == "23505" &&
         result.constraint() == "users_email_key";
}

std::string OfflineUsers::why(const Result& result) const {
  if (result.kind() == Result::Kind::none) {
    return "the database is lost: " + connection_->error();
  }
  if (is_email_taken(result)) {
    return "an address is another user's already, and the database keeps them unique";
  }
  return result.state() == "23505" ? "an instance has created users with these ids meanwhile"
                                   : result.message();
}

bool OfflineUsers::run(const char* sql, const Parameters& parameters) {
  const Result result = connection_->run(sql, parameters);
  if (is_done(result)) return true;
  error_ = why(result);
  email_taken_ = is_email_taken(result);
  return false;
}

void OfflineUsers::load_ids() {
  constexpr std::int64_t ids_a_page = 100'000;
  for (UserId last = 0;;) {
    const Result page =
        connection_->run("SELECT id FROM users WHERE id > $1::int8 ORDER BY id LIMIT $2::int8",
                         Parameters().add(static_cast<std::int64_t>(last)).add(ids_a_page));
    if (!is_done(page)) throw std::runtime_error(why(page));
    for (int row = 0; row < page.rows(); ++row) {
      last = static_cast<UserId>(page.integer(row, 0));
      ids_.push_back(last);
    }
    if (page.rows() < ids_a_page) break;
  }
  ids_are_loaded_ = true;
}

bool OfflineUsers::contains(UserId id) {
  if (!ids_are_loaded_) load_ids();
  return std::binary_search(ids_.begin(), ids_.end(), id) || other_ids_.contains(id);
}

void OfflineUsers::note(UserId id) {
  if (!ids_are_loaded_) return;
  if (ids_.empty() || ids_.back() < id) {
    ids_.push_back(id);
  } else {
    other_ids_.insert(id);
  }
}

Status OfflineUsers::create(const UserList& users) {
  if (users.size() == 0) return Status::ok;
  UserId last = 0;
  for (std::size_t i = 0; i < users.size(); ++i) last = std::max(last, users.id(i));
  const Status status = in_transaction(last, users);
  for (std::size_t i = 0; status == Status::ok && i < users.size(); ++i) note(users.id(i));
  return status;
}

Status OfflineUsers::raise_last_id(UserId id) {
  return id < next_ ? Status::ok : in_transaction(id, {});
}

Status OfflineUsers::in_transaction(UserId last, const UserList& users) {
  if (!run("BEGIN")) return Status::unavailable;
  email_taken_ = false;
  if (!take_ids(last) || !insert(users)) {
    const std::string error = std::exchange(error_, {});
    const bool taken = email_taken_;
    const bool back = run("ROLLBACK");
    error_ = error;
    if (!back) return Status::unavailable;
    return taken ? Status::email_taken : Status::io_error;
  }
  connection_->take_warning();
  if (!run("COMMIT")) return Status::unknown;
  if (connection_->take_warning()) {
    error_ = "the standby has not confirmed it";
    return Status::unknown;
  }
  next_ = std::max(next_, last + 1);
  return Status::ok;
}

/// An instance that has taken ids since this was opened may give out the same ones.
bool OfflineUsers::take_ids(UserId last) {
  if (last < next_) return true;
  const Result taken = connection_->run(
      "UPDATE ids SET next = $1::int8 WHERE next = $2::int8",
      Parameters().add(static_cast<std::int64_t>(last + 1)).add(static_cast<std::int64_t>(next_)));
  if (is_done(taken) && taken.affected() == 1) return true;
  error_ = is_done(taken) ? "an instance has taken ids meanwhile; stop the instances" : why(taken);
  return false;
}

bool OfflineUsers::insert(const UserList& users) {
  if (users.size() == 0) return true;
  static const std::string statement = insertion();
  Script script;
  UserColumns texts(script);
  DerivedColumns derived(script);
  EmailKey email_key;
  for (std::size_t i = 0; i < users.size(); ++i) {
    const UserView user = users.user(i);
    texts.add(users.id(i), user);
    derived.add(user, email_key);
  }
  Parameters parameters;
  texts.add_ids_to(parameters);
  texts.add_texts_to(parameters);
  derived.add_to(parameters);
  if (!run(statement.c_str(), parameters)) return false;
  // X-Total-Count is the sum of what the lanes say.
  return run(
      "UPDATE lanes SET users = users + $3::int8, seen = now() WHERE lane = $1::int8 AND owner = "
      "$2::int8",
      Parameters().add(lane_.number).add(lane_.owner).add(static_cast<std::int64_t>(users.size())));
}

const UserList& OfflineUsers::list_after(UserId after) {
  static const std::string query =
      "SELECT id, " + columns() + " FROM users WHERE id > $1::int8 ORDER BY id LIMIT $2::int8";
  const Result page =
      connection_->run(query.c_str(), Parameters()
                                          .add(static_cast<std::int64_t>(after))
                                          .add(static_cast<std::int64_t>(max_listed_users)));
  if (!is_done(page)) throw std::runtime_error(why(page));
  listed_.clear();
  for (int row = 0; row < page.rows(); ++row) {
    UserView user;
    for_each_member([&](auto index) { user[index] = page.text(row, static_cast<int>(index) + 1); });
    listed_.append(static_cast<UserId>(page.integer(row, 0)), user);
  }
  return listed_;
}

bool OfflineUsers::close(std::string& error) noexcept {
  if (lane_.owner != 0 &&
      !run("UPDATE lanes SET owner = 0 WHERE lane = $1::int8 AND owner = $2::int8",
           Parameters().add(lane_.number).add(lane_.owner))) {
    error = error_;
    return false;
  }
  return true;
}

[[noreturn]] void refuse(OpenFailure failure, const std::string& shown) {
  failure.path = shown;
  throw StoreOpenError(std::move(failure));
}

std::unique_ptr<Connection> connect(const std::string& url, const std::string& shown) {
  static const std::atomic<bool> never{false};
  std::string error;
  auto connection =
      Connection::open(connection_url(url), {}, Clock::now() + open_time, never, error);
  if (!connection) refuse({.reason = Reason::database_not_reached, .detail = error}, shown);
  // No client waits, and a user can end it.
  connection->set_deadline(Clock::now() + std::chrono::hours(24));
  return connection;
}

}  // namespace

std::unique_ptr<OfflineBackend> open_offline(const std::string& url, const std::string& shown,
                                             bool to_create) {
  auto connection = connect(url, shown);
  OpenFailure failure;
  std::string commit;
  std::int64_t version = 0;
  const bool fit =
      to_create ? check_settings(*connection, commit, failure) && make_tables(*connection, failure)
                : find_version(*connection, version, failure);
  if (!fit) refuse(std::move(failure), shown);
  if (!to_create && version == 0) refuse({.reason = Reason::no_tables}, shown);
  failure.reason = Reason::database_failed;
  Lane lane;
  if (to_create && !take_lane(*connection, lane, failure.detail)) refuse(failure, shown);
  const auto require = [&](const Result& result) {
    if (is_done(result)) return;
    const bool lost = result.kind() == Result::Kind::none;
    failure.detail = lost ? connection->error() : result.message();
    refuse(failure, shown);
  };
  if (!to_create) require(connection->run("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"));
  const Result next = connection->run("SELECT next + $1::int8 FROM ids", Parameters().add(0));
  require(next);
  if (next.rows() != 1) {
    failure.detail = "its table ids is empty";
    refuse(std::move(failure), shown);
  }
  return std::make_unique<OfflineUsers>(std::move(connection),
                                        static_cast<UserId>(next.integer(0, 0)), lane);
}

std::int64_t migrate(const std::string& url, const std::string& shown, bool unique_email) {
  const auto connection = connect(url, shown);
  OpenFailure failure;
  std::string commit;
  std::int64_t version = 0;
  if (!check_settings(*connection, commit, failure) ||
      !prepare_schema(*connection, unique_email, failure) ||
      !find_version(*connection, version, failure)) {
    refuse(std::move(failure), shown);
  }
  return version;
}

}  // namespace rollcall::storage::postgres
