#include "storage/sqlite_load.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "storage/utf8.hpp"

namespace rollcall::storage {
namespace {

/// How often progress is told.
constexpr std::uint64_t users_a_report = 1 << 16;
/// Ids are shared out in this many ranges, so that no thread waits long for another's last one.
constexpr std::uint64_t id_ranges = 64;
/// The disk, not the processors, is what more threads would wait for.
constexpr unsigned max_load_threads = 4;

/// False for a row that the program could not have written.
bool is_valid(const SqliteStatement& row, UserId previous) {
  if (!row.is_integer(0) || row.integer(0) <= static_cast<std::int64_t>(previous) ||
      row.integer(0) > static_cast<std::int64_t>(max_user_id)) {
    return false;
  }
  for (int column = 1; column <= 3; ++column) {
    const std::size_t limit = column == 3 ? max_email_octets : max_name_octets;
    if (!row.is_text(column)) return false;
    const std::string_view text = row.text(column);
    if (text.size() > limit || !is_utf8(text)) return false;
  }
  return true;
}

/// What is wrong with the file.
struct Failure {
  int code;
  std::string why;
};

class Loader {
 public:
  /// Ids of the file are from `first` to `last`.
  Loader(Table& table, std::int64_t first, std::int64_t last) noexcept
      : table_(table), first_(first), width_((last - first) / std::int64_t{id_ranges} + 1) {}

  /// Loads ranges until none is left or some thread has failed. Any thread.
  void load_ranges(SqliteDatabase& database, const std::function<void(std::uint64_t)>& progress) {
    int code = SQLITE_OK;
    SqliteStatement rows(database.get(),
                         "SELECT id, last_name, first_name, email FROM users "
                         "WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
                         code);
    if (code != SQLITE_OK) return fail(code, database.error());
    for (std::uint64_t range; !failed_ && (range = next_range_++) < id_ranges;) {
      const std::int64_t begin = first_ + width_ * static_cast<std::int64_t>(range);
      rows.bind(1, begin);
      rows.bind(2, begin + (width_ - 1));
      load_range(database, rows, begin, progress);
      rows.reset();
    }
  }

  /// Asks SQLite for damage that a scan of the users does not meet, such as a page whose count of
  /// cells has shrunk.
  void look_for_damage(SqliteDatabase& database) {
    int code = SQLITE_OK;
    SqliteStatement check(database.get(), "PRAGMA quick_check(1)", code);
    if (code == SQLITE_OK) code = check.step();
    if (code != SQLITE_ROW) return fail(code, database.error());
    if (check.text(0) != "ok") fail(SQLITE_CORRUPT, std::string(check.text(0)));
  }

  void fail(int code, std::string why) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = Failure{code, std::move(why)};
    failed_ = true;
  }

  // Once every thread is done.
  const std::optional<Failure>& failure() const noexcept { return failure_; }
  std::uint64_t users() const noexcept { return users_; }

 private:
  void load_range(SqliteDatabase& database, SqliteStatement& rows, std::int64_t begin,
                  const std::function<void(std::uint64_t)>& progress) {
    auto previous = static_cast<UserId>(begin - 1);
    std::uint64_t loaded = 0;
    int code;
    while ((code = rows.step()) == SQLITE_ROW) {
      if (!is_valid(rows, previous)) {
        return fail(SQLITE_CORRUPT,
                    "the row behind id " + std::to_string(previous) + " is no user");
      }
      previous = static_cast<UserId>(rows.integer(0));
      if (!table_.insert(previous, {rows.text(1), rows.text(2), rows.text(3)})) {
        return fail(SQLITE_NOMEM, "it has more users than fit into memory");
      }
      if (++loaded % users_a_report != 0) continue;
      const std::uint64_t users = users_ += users_a_report;
      if (progress) progress(users);
      if (failed_) return;
    }
    users_ += loaded % users_a_report;
    if (code != SQLITE_DONE) fail(code, database.error());
  }

  Table& table_;
  const std::int64_t first_;
  const std::int64_t width_;
  std::atomic<std::uint64_t> next_range_{0};
  std::atomic<std::uint64_t> users_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Failure> failure_;
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

}  // namespace

void refuse_file(const std::string& path, int code, std::string why) {
  std::replace(why.begin(), why.end(), '\n', ' ');
  const int primary = code & 0xff;
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    throw StoreOpenError(path + " is damaged (" + why +
                         "): restore a backup, or see the .recover command of sqlite3");
  }
  throw StoreOpenError(path + " can't be opened: " + why);
}

OpenReport load_users(SqliteDatabase& database, const std::string& path, Table& table,
                      const std::function<void(std::uint64_t)>& progress, const char* vfs) {
  const auto [first, last] = id_bounds(database, path);
  Loader loader(table, first, last);
  const auto help = [&](bool looks_for_damage) {
    int code = SQLITE_OK;
    SqliteDatabase own(path, SqliteDatabase::Access::read_only, vfs, code);
    if (code != SQLITE_OK) return loader.fail(code, own.error());
    if (looks_for_damage) loader.look_for_damage(own);
    loader.load_ranges(own, {});
  };
  {
    // One at least, so that there is always somebody who looks for damage beside the load.
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 2U, max_load_threads);
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads; ++i) helpers.emplace_back(help, i == 1);
    loader.load_ranges(database, progress);
  }
  if (loader.failure()) refuse_file(path, loader.failure()->code, loader.failure()->why);
  int code = SQLITE_OK;
  const std::int64_t high_water = database.query_integer("SELECT max(id) FROM high_water", code);
  if (code != SQLITE_OK) refuse_file(path, code, database.error());
  constexpr auto limit = static_cast<std::int64_t>(max_user_id);
  OpenReport report;
  report.users = loader.users();
  report.last_id =
      static_cast<UserId>(std::max(last, std::clamp<std::int64_t>(high_water, 0, limit)));
  return report;
}

}  // namespace rollcall::storage
