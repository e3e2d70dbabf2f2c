#include "storage/sqlite/load.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "storage/mutex.hpp"
#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/header.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/utf8.hpp"

namespace rollcall::storage {
namespace {

/// The SQL function that takes each user.
constexpr const char* taker = "load_user";
/// How often progress is told.
constexpr std::uint64_t users_a_report = 1 << 12;
/// Ids are shared out in this many ranges, so that no thread waits long for another's last one.
constexpr std::uint64_t id_ranges = 64;
/// The disk, not the processors, is what more threads would wait for.
constexpr unsigned max_load_threads = 4;
/// A person looks at them.
constexpr std::size_t max_told_rows = 20;

/// The text of a column, within its limit and UTF-8; null for anything else, which the program
/// could not have written.
std::string_view text_of(sqlite3_value* value, std::size_t limit) noexcept {
  if (sqlite3_value_type(value) != SQLITE_TEXT) return {};
  const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  const std::string_view view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
  return view.size() <= limit && is_utf8(view) ? view : std::string_view();
}

/// Rows that are not what was written, of all threads.
struct ChangedRows {
  std::int64_t count = 0;
  std::vector<UserId> ids{};  ///< The first that were met, max_told_rows at most.
};

/// What is wrong with the file.
struct Failure {
  int code;
  std::string why;
};

/// What the threads that load have in common.
struct Shared {
  UserSink& sink;
  const std::int64_t first;
  const std::int64_t width;    ///< Ids of one range.
  const std::int64_t version;  ///< Of the schema.
  std::atomic<std::uint64_t> next_range{0};
  std::atomic<std::uint64_t> users{0};
  std::atomic<bool> failed{false};
  Mutex mutex{};
  std::optional<Failure> failure ROLLCALL_GUARDED_BY(mutex){};  ///< The first one.
  ChangedRows changed ROLLCALL_GUARDED_BY(mutex){};

  std::optional<Failure> first_failure() {
    const MutexLock lock(mutex);
    return failure;
  }

  ChangedRows changed_rows() {
    const MutexLock lock(mutex);
    return changed;
  }

  void note_changed(UserId id) {
    const MutexLock lock(mutex);
    ++changed.count;
    if (changed.ids.size() < max_told_rows) changed.ids.push_back(id);
  }

  void fail(int code, std::string why) {
    const MutexLock lock(mutex);
    if (!failure) failure = Failure{code, std::move(why)};
    failed = true;
  }
};

/// One thread's part. The rows are taken by an aggregate function of SQL, which costs about half of
/// what stepping from row to row and fetching each column does.
class Loader {
 public:
  Loader(Shared& shared, SqliteDatabase& database,
         const std::function<void(std::uint64_t)>& progress) noexcept
      : shared_(shared), database_(database), progress_(progress) {}

  /// Asks SQLite for damage that a scan of the users does not meet, such as a page whose count of
  /// cells has shrunk.
  void look_for_damage() {
    int code = SQLITE_OK;
    SqliteStatement check(database_.get(), "PRAGMA quick_check(1)", code);
    if (code == SQLITE_OK) code = check.step();
    if (code != SQLITE_ROW) return shared_.fail(code, database_.error());
    if (check.text(0) != "ok") shared_.fail(SQLITE_CORRUPT, std::string(check.text(0)));
  }

  /// Loads ranges until none is left or some thread has failed.
  void load_ranges() {
    int code = define(&Loader::on_user);
    if (code != SQLITE_OK) return shared_.fail(code, database_.error());
    {
      SqliteStatement rows(database_.get(), load_users_sql(taker, shared_.version).c_str(), code);
      if (code != SQLITE_OK) return shared_.fail(code, database_.error());
      for (std::uint64_t range; !shared_.failed && (range = shared_.next_range++) < id_ranges;) {
        const std::int64_t begin = shared_.first + shared_.width * static_cast<std::int64_t>(range);
        rows.bind(1, begin);
        rows.bind(2, begin + (shared_.width - 1));
        code = rows.step();
        if (code != SQLITE_ROW) shared_.fail(code, database_.error());
        rows.reset();
      }
    }
    shared_.users += loaded_ % users_a_report;
    define(nullptr);
  }

 private:
  using Step = void(sqlite3_context*, int, sqlite3_value**);

  int define(Step* step) noexcept {
    constexpr int arguments = 2 + static_cast<int>(member_count);
    return sqlite3_create_function_v2(database_.get(), taker, arguments, SQLITE_UTF8, this, nullptr,
                                      step, step == nullptr ? nullptr : on_end, nullptr);
  }

  static void on_user(sqlite3_context* context, int, sqlite3_value** row) noexcept {
    auto& loader = *static_cast<Loader*>(sqlite3_user_data(context));
    if (!loader.take(row)) sqlite3_result_error(context, "not a user", -1);
  }
  static void on_end(sqlite3_context*) noexcept {}

  bool take(sqlite3_value** row) noexcept {
    const auto id = static_cast<UserId>(sqlite3_value_int64(row[0]));
    UserView user;
    bool good = true;
    for_each_member([&](auto index) {
      user[index] = text_of(row[index + 1], user_members[index].max_octets());
      good = good && user[index].data() != nullptr;
    });
    if (!good) {
      shared_.fail(SQLITE_CORRUPT, "the row with id " + std::to_string(id) + " is not a user");
      return false;
    }
    sqlite3_value* const checksum = row[1 + member_count];
    if (sqlite3_value_type(checksum) != SQLITE_NULL &&
        sqlite3_value_int64(checksum) != row_checksum(id, user)) {
      shared_.note_changed(id);
    }
    if (!shared_.sink.take(id, user)) {
      shared_.fail(SQLITE_NOMEM, "out of memory");
      return false;
    }
    if (++loaded_ % users_a_report != 0) return true;
    const std::uint64_t users = shared_.users += users_a_report;
    if (progress_) progress_(users);
    return !shared_.failed;
  }

  Shared& shared_;
  SqliteDatabase& database_;
  const std::function<void(std::uint64_t)>& progress_;
  std::uint64_t loaded_ = 0;
};

/// The first and the last id of the file. An id that is not from 1 on is damage.
std::pair<std::int64_t, std::int64_t> id_bounds(SqliteDatabase& database, const std::string& path) {
  int codes[2];
  const std::int64_t first =
      database.query_integer("SELECT coalesce(min(id), 1) FROM users", codes[0]);
  const std::int64_t last =
      database.query_integer("SELECT coalesce(max(id), 0) FROM users", codes[1]);
  for (const int code : codes) {
    if (code != SQLITE_OK) refuse_file(path, code, database.error());
  }
  if (first < static_cast<std::int64_t>(min_user_id) ||
      last > static_cast<std::int64_t>(max_user_id)) {
    refuse_file(path, SQLITE_CORRUPT, "an id is out of range");
  }
  return {first, last};
}

void refuse_changed(const std::string& path, ChangedRows changed) {
  if (changed.count == 0) return;
  std::sort(changed.ids.begin(), changed.ids.end());
  throw StoreOpenError({.reason = OpenFailure::Reason::changed_rows,
                        .path = path,
                        .found = changed.count,
                        .ids = {std::move(changed.ids)}});
}

}  // namespace

void refuse_file(const std::string& path, int code, std::string why) {
  std::replace(why.begin(), why.end(), '\n', ' ');
  using Reason = OpenFailure::Reason;
  const int primary = code & 0xff;
  const bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
  const Reason reason = damaged                   ? Reason::damaged
                        : primary == SQLITE_NOMEM ? Reason::too_many_users
                                                  : Reason::not_read;
  throw StoreOpenError({.reason = reason, .path = path, .detail = std::move(why)});
}

std::int64_t check_schema(SqliteDatabase& database, const std::string& path) {
  int code = SQLITE_OK;
  const std::int64_t version = database.query_integer("PRAGMA user_version", code);
  if (code != SQLITE_OK) refuse_file(path, code, database.error());
  check_version(path, version);
  for (const SchemaRow& each : schema_rows(version)) {
    SqliteStatement find(database.get(), "SELECT sql FROM sqlite_schema WHERE name = ?1", code);
    if (code != SQLITE_OK) refuse_file(path, code, database.error());
    find.bind(1, std::string_view(each.name));
    code = find.step();
    if (code != SQLITE_ROW && code != SQLITE_DONE) refuse_file(path, code, database.error());
    if (code == SQLITE_DONE || find.text(0) != each.sql) {
      throw StoreOpenError(
          {.reason = OpenFailure::Reason::other_definition, .path = path, .detail = each.name});
    }
  }
  return version;
}

OpenReport load_users(SqliteDatabase& database, const std::string& path, UserSink& sink,
                      const std::function<void(std::uint64_t)>& progress, const char* vfs,
                      SqliteDatabase::Access access) {
  int code = SQLITE_OK;
  const std::int64_t version = database.query_integer("PRAGMA user_version", code);
  if (code != SQLITE_OK) refuse_file(path, code, database.error());
  const auto [first, last] = id_bounds(database, path);
  Shared shared{sink, first, (last - first) / std::int64_t{id_ranges} + 1, version};
  const auto help = [&](bool looks_for_damage) {
    int opened = SQLITE_OK;
    SqliteDatabase own(path, access, vfs, opened);
    if (opened != SQLITE_OK) return shared.fail(opened, own.error());
    const std::function<void(std::uint64_t)> silent;
    Loader loader(shared, own, silent);
    if (looks_for_damage) loader.look_for_damage();
    loader.load_ranges();
  };
  {
    // Two at least, so that there is always somebody who looks for damage beside the load.
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 2U, max_load_threads);
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads; ++i) helpers.emplace_back(help, i == 1);
    Loader(shared, database, progress).load_ranges();
  }
  if (const auto failure = shared.first_failure()) refuse_file(path, failure->code, failure->why);
  refuse_changed(path, shared.changed_rows());
  const std::int64_t high_water = database.query_integer("SELECT max(id) FROM high_water", code);
  if (code != SQLITE_OK) refuse_file(path, code, database.error());
  constexpr auto limit = static_cast<std::int64_t>(max_user_id);
  OpenReport report;
  report.users = shared.users;
  report.last_id =
      static_cast<UserId>(std::max(last, std::clamp<std::int64_t>(high_water, 0, limit)));
  return report;
}

namespace {

/// StoredKey::answer of the row of load_keys_sql() that `rows` is at.
std::string answer_of(const SqliteStatement& rows, const std::string& path) {
  constexpr int number = 7;
  if (!rows.is_integer(number)) return {};
  UserView user;
  for_each_member([&](auto index) {
    constexpr int column = number + 1 + static_cast<int>(index);
    user[index] = rows.text(column);
    if (user[index].size() <= user_members[index].max_octets() && is_utf8(user[index])) return;
    refuse_file(
        path, SQLITE_CORRUPT,
        "the answer with number " + std::to_string(rows.integer(number)) + " is not a user");
  });
  std::string packed(PackedUser::octets(user), '\0');
  PackedUser::write(packed.data(), user);
  return packed;
}

/// Sets what the row that `rows` is at says of a run, if it is one.
void take_run(StoredKey& key, const SqliteStatement& rows, const std::string& path) {
  constexpr int line = 5;
  constexpr int count = 6;
  if (!rows.is_integer(line)) return;
  key.line = static_cast<std::uint64_t>(rows.integer(line));
  key.count = static_cast<std::uint64_t>(rows.integer(count));
  const auto fits = [&](std::uint64_t first) {
    return first >= 1 && first <= max_user_id && key.count >= 1 &&
           key.count <= max_user_id - first + 1;
  };
  if (fits(key.line) && fits(key.user_id)) return;
  refuse_file(path, SQLITE_CORRUPT,
              "the run with number " + std::to_string(key.number) + " is out of range");
}

}  // namespace

void load_keys(SqliteDatabase& database, const std::string& path, std::int64_t version,
               OpenReport& report) {
  if (version < 2) return;
  int code = SQLITE_OK;
  SqliteStatement rows(database.get(), load_keys_sql(version).c_str(), code);
  if (code != SQLITE_OK) refuse_file(path, code, database.error());
  while ((code = rows.step()) == SQLITE_ROW) {
    report.keys.push_back({std::string(rows.text(1)), static_cast<Version>(rows.integer(2)),
                           static_cast<UserId>(rows.integer(3)),
                           static_cast<std::uint64_t>(rows.integer(0)), rows.integer(4),
                           answer_of(rows, path)});
    take_run(report.keys.back(), rows, path);
  }
  if (code != SQLITE_DONE) refuse_file(path, code, database.error());
}

}  // namespace rollcall::storage
