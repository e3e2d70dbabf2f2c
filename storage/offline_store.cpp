#include "storage/offline_store.hpp"

#include "storage/offline_file.hpp"
#ifdef ROLLCALL_POSTGRES
#include "storage/postgres/offline_users.hpp"
#endif

namespace rollcall::storage {

OfflineStore::OfflineStore(const std::string& url, Missing missing, const LoadProgress& progress,
                           Events& events) {
#ifdef ROLLCALL_POSTGRES
  if (is_postgres_url(url)) {
    try {
      backend_ = postgres::open_offline(url, shown_store(url), missing == Missing::make);
      return;
    } catch (const StoreOpenError& error) {
      throw StoreOpenError(shown_failure(url, error.failure()));
    }
  }
#endif
  backend_ = std::make_unique<OfflineFile>(sqlite_path(url), missing, progress, events);
}

}  // namespace rollcall::storage
