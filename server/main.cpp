#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string_view>
#include <system_error>
#include <variant>

#include "server/cli/backup.hpp"
#include "server/cli/check.hpp"
#include "server/cli/export.hpp"
#include "server/cli/import.hpp"
#include "server/cli/interruption.hpp"
#include "server/cli/migrate.hpp"
#include "server/cli/open_error.hpp"
#include "server/cli/options.hpp"
#include "server/descriptors.hpp"
#include "server/last_words.hpp"
#include "server/ops/server_log.hpp"
#include "server/server.hpp"

namespace {

constexpr int exit_failure = 1;

using rollcall::server::LogLevel;

int serve(const rollcall::server::Options& options, rollcall::server::ServerLog& log) {
  try {
    rollcall::server::Server server(options, log);
    server.open_store();
    return server.run();
  } catch (const rollcall::storage::StoreOpenError& error) {
    log.say(LogLevel::error, "%s", rollcall::server::describe(error).c_str());
  } catch (const std::exception& failure) {
    log.say(LogLevel::error, "%s", failure.what());
  }
  return exit_failure;
}

int serve(const rollcall::server::Options& options) {
  std::optional<rollcall::server::ServerLog> log;
  try {
    log.emplace(options.log);
  } catch (const std::system_error& failure) {
    std::fprintf(stderr, "rollcall: can't open the log file %s: choose another with --log-file\n",
                 failure.what());
    return exit_failure;
  }
  return serve(options, *log);
}

}  // namespace

int main(int argc, char** argv) {
  rollcall::server::claim_standard_streams();
  rollcall::server::install_last_words();
  rollcall::server::unblock_stop_signals();
  rollcall::server::let_stop_signals_end();
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "import") return rollcall::server::run_import(argc - 1, argv + 1);
  if (command == "export") return rollcall::server::run_export(argc - 1, argv + 1);
  if (command == "check") return rollcall::server::run_check(argc - 1, argv + 1);
  if (command == "backup") return rollcall::server::run_backup(argc - 1, argv + 1);
  if (command == "migrate") return rollcall::server::run_migrate(argc - 1, argv + 1);
  if (command == "restore") return rollcall::server::run_restore(argc - 1, argv + 1);
  const auto parsed = rollcall::server::parse_options(argc, argv, rollcall::server::environment);
  if (const auto* early = std::get_if<rollcall::server::EarlyExit>(&parsed)) {
    std::fputs(early->out.c_str(), stdout);
    std::fputs(early->err.c_str(), stderr);
    return early->code;
  }
  return serve(std::get<rollcall::server::Options>(parsed));
}
