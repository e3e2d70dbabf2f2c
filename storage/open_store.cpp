#include "storage/open_store.hpp"

#include <string_view>
#include <utility>

#include "storage/memory_store.hpp"
#include "storage/sqlite_journal.hpp"

namespace rollcall::storage {

std::unique_ptr<Store> open_store(const std::string& url, CommitBy commit_by,
                                  const LoadProgress& progress) {
  constexpr std::string_view sqlite = "sqlite:";
  if (url == "memory:") return std::make_unique<MemoryStore>();
  if (url.starts_with(sqlite) && url.size() > sqlite.size()) {
    auto table = std::make_unique<Table>();
    OpenReport report;
    auto journal = SqliteJournal::open(url.substr(sqlite.size()), *table, report, progress);
    return std::make_unique<DurableStore>(std::move(table), std::move(journal), report.last_id,
                                          commit_by);
  }
  throw StoreOpenError("no store is called '" + url.substr(0, 64) +
                       "': give memory: or sqlite:PATH");
}

}  // namespace rollcall::storage
