#include "storage/open_store.hpp"

#include <string_view>
#include <utility>

#include "storage/local/memory_store.hpp"
#include "storage/sqlite/journal.hpp"

namespace rollcall::storage {
namespace {

constexpr std::string_view sqlite = "sqlite:";

/// By their ids: addresses are personal data.
[[noreturn]] void refuse_duplicates(const std::string& path,
                                    const std::vector<std::vector<UserId>>& groups) {
  std::string text = path + " has users with the same e-mail address:";
  std::string_view separator = " ";
  for (const std::vector<UserId>& ids : groups) {
    text.append(separator).append("ids");
    for (const UserId id : ids) text += " " + std::to_string(id);
    separator = "; ";
  }
  throw StoreOpenError(text + ": change them, or start without --unique-email");
}

std::unique_ptr<Store> open_sqlite(const std::string& path, const StoreOptions& options,
                                   const LoadProgress& progress) {
  auto table = std::make_unique<Table>();
  OpenReport report;
  auto decider = std::make_unique<Decider>(*table, options.rules);
  auto journal = SqliteJournal::open(path, *table, report, progress, nullptr, [&] {
    if (!options.rules.unique_email) return;
    const auto groups = decider->make_emails_unique();
    if (!groups.empty()) refuse_duplicates(path, groups);
  });
  tell(report);
  decider->keys().load(report.keys);
  return std::make_unique<DurableStore>(std::move(table), std::move(decider), std::move(journal),
                                        report.last_id, options.commit_by);
}

}  // namespace

bool is_store_url(const std::string& url) noexcept {
  if (url == "memory:") return true;
  // :memory: is SQLite's name for a file that is none.
  return url.starts_with(sqlite) && url.size() > sqlite.size() && url != "sqlite::memory:";
}

std::unique_ptr<Store> open_store(const std::string& url, const StoreOptions& options,
                                  const LoadProgress& progress) {
  if (!is_store_url(url)) {
    throw StoreOpenError("no store is called '" + url.substr(0, 64) +
                         "': give memory: or sqlite:PATH");
  }
  if (url == "memory:") return std::make_unique<MemoryStore>(options.rules);
  return open_sqlite(url.substr(sqlite.size()), options, progress);
}

}  // namespace rollcall::storage
