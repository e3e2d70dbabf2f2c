#include "storage/migrate.hpp"

#include "storage/offline_store.hpp"
#include "storage/sqlite/schema.hpp"
#ifdef ROLLCALL_POSTGRES
#include "storage/postgres/offline_users.hpp"
#endif

namespace rollcall::storage {

std::int64_t migrate(const std::string& url, [[maybe_unused]] bool unique_email,
                     const LoadProgress& progress, Events& events) {
#ifdef ROLLCALL_POSTGRES
  if (is_postgres_url(url)) {
    try {
      return postgres::migrate(url, shown_store(url), unique_email);
    } catch (const StoreOpenError& error) {
      throw StoreOpenError(shown_failure(url, error.failure()));
    }
  }
#endif
  // To be opened is to be upgraded.
  OfflineStore store(url, OfflineStore::Missing::refuse, progress, events);
  if (store.unwritable()) throw StoreOpenError(*store.unwritable());
  std::string error;
  store.close(error);
  return schema_version;
}

}  // namespace rollcall::storage
