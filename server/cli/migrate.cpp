#include "server/cli/migrate.hpp"

#include <cstdio>
#include <exception>
#include <variant>

#include "server/cli/command_options.hpp"
#include "server/cli/load_progress.hpp"
#include "server/cli/open_error.hpp"
#include "server/store_events.hpp"
#include "storage/migrate.hpp"
#include "storage/store_url.hpp"

namespace rollcall::server {

int run_migrate(int argc, const char* const* argv) {
  const auto parsed = parse_migrate_options(argc, argv, environment);
  if (const auto* const early = std::get_if<EarlyExit>(&parsed)) {
    std::fputs(early->out.c_str(), stdout);
    std::fputs(early->err.c_str(), stderr);
    return early->code;
  }
  const auto& options = std::get<MigrateOptions>(parsed);
  const std::string shown = storage::shown_store(options.store);
  try {
    PlainLog log;
    StoreEvents events(log);
    LoadProgressLine line(shown);
    const std::int64_t version = storage::migrate(
        options.store, options.unique_email, [&line](std::uint64_t users) { line.show(users); },
        events);
    std::printf("%s has schema %lld\n", shown.c_str(), static_cast<long long>(version));
    return 0;
  } catch (const storage::StoreOpenError& error) {
    std::fprintf(stderr, "rollcall: %s\n", describe(error).c_str());
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "rollcall: %s\n", failure.what());
  }
  return 1;
}

}  // namespace rollcall::server
