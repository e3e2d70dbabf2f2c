#include "storage/open_store.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <string_view>
#include <utility>

#include "storage/local/local_store.hpp"
#include "storage/local/memory_store.hpp"
#include "storage/local/table_sink.hpp"
#include "storage/sqlite/header.hpp"
#include "storage/sqlite/journal.hpp"
#ifdef ROLLCALL_POSTGRES
#include "storage/postgres/postgres_store.hpp"
#endif

namespace rollcall::storage {
namespace {

/// Takes users until the process has more memory than it may.
class LimitedSink final : public UserSink {
 public:
  LimitedSink(UserSink& sink, const LoadLimit& limit) noexcept : sink_(sink), limit_(limit) {}
  bool take(UserId id, const UserView& user) noexcept override {
    return !is_over_.load(std::memory_order_relaxed) && sink_.take(id, user);
  }
  void look() noexcept {
    if (limit_.octets == 0 || is_over_) return;
    found_ = limit_.in_use();
    is_over_ = found_ > limit_.octets;
  }
  /// The store can't be opened, because of `failure`. Adds the sizes to what they explain.
  [[noreturn]] void fail(OpenFailure failure) const {
    if (is_over_) {
      failure.found = static_cast<std::int64_t>(found_);
      failure.known = static_cast<std::int64_t>(limit_.octets);
    }
    throw StoreOpenError(std::move(failure));
  }

 private:
  UserSink& sink_;
  const LoadLimit& limit_;
  std::atomic<bool> is_over_{false};
  std::uint64_t found_ = 0;
};

/// Before anything is read that can't fit.
void check_size(const std::string& path, const LoadLimit& limit) {
  const std::uint64_t least = used_octets(path) / least_share_in_memory;
  if (limit.octets == 0 || least <= limit.octets) return;
  throw StoreOpenError({.reason = OpenFailure::Reason::too_many_users,
                        .path = path,
                        .found = static_cast<std::int64_t>(least),
                        .known = static_cast<std::int64_t>(limit.octets)});
}

std::unique_ptr<SqliteJournal> open_journal(const std::string& path, UserSink& sink,
                                            OpenReport& report, const LoadLimit& limit,
                                            const LoadProgress& progress,
                                            const std::function<void()>& before_use) {
  check_size(path, limit);
  LimitedSink limited(sink, limit);
  const LoadProgress look = [&](std::uint64_t users) {
    limited.look();
    if (progress) progress(users);
  };
  try {
    return SqliteJournal::open(path, limited, report, look, nullptr, before_use);
  } catch (const StoreOpenError& error) {
    if (error.failure().reason != OpenFailure::Reason::too_many_users) throw;
    limited.fail(error.failure());
  }
}

std::unique_ptr<Store> open_shared([[maybe_unused]] const std::string& url,
                                   [[maybe_unused]] const StoreOptions& options,
                                   [[maybe_unused]] Events& events) {
#ifdef ROLLCALL_POSTGRES
  try {
    return open_postgres(url, shown_store(url), options, events);
  } catch (const StoreOpenError& error) {
    throw StoreOpenError(shown_failure(url, error.failure()));
  }
#else
  throw StoreOpenError({.reason = OpenFailure::Reason::without_postgres, .path = shown_store(url)});
#endif
}

std::unique_ptr<Store> open_sqlite(const std::string& path, const StoreOptions& options,
                                   const LoadProgress& progress, Events& events) {
  auto table = std::make_unique<Table>();
  OpenReport report;
  auto decider = std::make_unique<Decider>(*table, options.rules, events);
  TableSink sink(*table);
  auto journal = open_journal(path, sink, report, options.load, progress, [&] {
    if (!options.rules.unique_email) return;
    auto shared = decider->make_emails_unique();
    if (shared.empty()) return;
    throw StoreOpenError(
        {.reason = OpenFailure::Reason::shared_emails, .path = path, .ids = std::move(shared)});
  });
  journal->checkpoint_from(options.checkpoint_frames);
  if (report.created) events.created(path);
  tell_opening(report, path, events);
  if (struct stat about{}; ::stat(path.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
    events.open_to_others(path, about.st_mode & 0777);
  }
  decider->keys().load(report.keys);
  return std::make_unique<LocalStore>(std::move(table), std::move(decider), std::move(journal),
                                      report.last_id, options.commit_by, events);
}

}  // namespace

void tell_opening(const OpenReport& report, const std::string& path, Events& events) noexcept {
  if (report.recovered_frames > 0) events.recovered(path, report.recovered_frames);
  if (report.unfinished_frames > 0) events.unfinished_dropped(path, report.unfinished_frames);
  if (!report.upgrade_copy.empty()) events.upgraded(path, report.upgrade_copy);
}

std::unique_ptr<Store> open_store(const std::string& url, const StoreOptions& options,
                                  const LoadProgress& progress, Events& events) {
  if (url == "memory:") return std::make_unique<MemoryStore>(options.rules, events);
  if (is_postgres_url(url)) return open_shared(url, options, events);
  return open_sqlite(sqlite_path(url), options, progress, events);
}

}  // namespace rollcall::storage
