#include "storage/open_store.hpp"

#include <sys/stat.h>

#include <string_view>
#include <utility>

#include "storage/local/local_store.hpp"
#include "storage/local/memory_store.hpp"
#include "storage/local/table_sink.hpp"
#include "storage/sqlite/journal.hpp"

namespace rollcall::storage {
namespace {

constexpr std::string_view sqlite = "sqlite:";

std::unique_ptr<Store> open_sqlite(const std::string& path, const StoreOptions& options,
                                   const LoadProgress& progress, Events& events) {
  auto table = std::make_unique<Table>();
  OpenReport report;
  auto decider = std::make_unique<Decider>(*table, options.rules, events);
  TableSink sink(*table);
  auto journal = SqliteJournal::open(path, sink, report, progress, nullptr, [&] {
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

bool is_store_url(const std::string& url) noexcept {
  if (url == "memory:") return true;
  // :memory: is SQLite's name for a database without a file.
  return url.starts_with(sqlite) && url.size() > sqlite.size() && url != "sqlite::memory:";
}

std::string sqlite_path(const std::string& url) {
  if (url == "memory:") {
    throw StoreOpenError({.reason = OpenFailure::Reason::not_durable, .path = url});
  }
  if (!is_store_url(url)) {
    throw StoreOpenError({.reason = OpenFailure::Reason::unknown_store, .path = url});
  }
  return url.substr(sqlite.size());
}

std::unique_ptr<Store> open_store(const std::string& url, const StoreOptions& options,
                                  const LoadProgress& progress, Events& events) {
  if (url == "memory:") return std::make_unique<MemoryStore>(options.rules, events);
  return open_sqlite(sqlite_path(url), options, progress, events);
}

}  // namespace rollcall::storage
