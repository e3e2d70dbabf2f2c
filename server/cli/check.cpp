#include "server/cli/check.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <variant>

#include "server/cli/command_options.hpp"
#include "server/cli/count_text.hpp"
#include "server/cli/load_progress.hpp"
#include "server/cli/open_error.hpp"

namespace rollcall::server {
namespace {

constexpr int exit_damaged = 1;
constexpr int exit_unreadable = 2;

std::string octal(unsigned mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

std::string wal_text(const storage::CheckReport& report) {
  if (report.wal_octets == 0) return "none, or empty";
  std::string text = grouped(report.wal_frames) + " frames";
  if (!report.served) text += " in " + grouped(report.wal_transactions) + " transactions";
  if (report.wal_unreadable == 0) return text;
  return text + " can be read, " + grouped(report.wal_unreadable) + " can't";
}

}  // namespace

std::string describe(const std::string& path, const storage::CheckReport& report) {
  std::string text;
  const auto line = [&](const char* name, const std::string& value) {
    text.append(name).append(value).append("\n");
  };
  const bool readable = report.last_id.has_value();
  line("file        ", path + ", " + grouped(report.octets) + " octets, mode " +
                           octal(report.mode) +
                           ((report.mode & 077) != 0 ? " (others may read it: chmod 600)" : ""));
  line("served      ", report.served ? "yes, by another process" : "no");
  line("schema      ", report.schema > 0 ? std::to_string(report.schema) : "unknown");
  line("users       ", readable ? grouped(report.users) : "unknown");
  line("keys        ", readable ? grouped(report.keys) : "unknown");
  line("largest id  ",
       readable ? std::to_string(*report.last_id) + " (ever given out)" : "unknown");
  line("WAL         ", wal_text(report));
  for (const std::string& each : report.damage) line("damage      ", each);
  line("result      ", report.damage.empty()
                           ? "whole"
                           : "DAMAGED: copy " + path +
                                 "* to another place, then restore a backup (rollcall "
                                 "restore)");
  return text;
}

int run_check(int argc, const char* const* argv) {
  const auto parsed = parse_check_options(argc, argv);
  if (const auto* const early = std::get_if<EarlyExit>(&parsed)) {
    std::fputs(early->out.c_str(), stdout);
    std::fputs(early->err.c_str(), stderr);
    return early->code;
  }
  const std::string& file = std::get<CheckOptions>(parsed).file;
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const storage::CheckReport report = [&] {
      LoadProgressLine progress(file, "checking");
      return storage::check_file(file, [&](std::uint64_t users) { progress.show(users); });
    }();
    std::fputs(describe(file, report).c_str(), stdout);
    return report.damage.empty() ? 0 : exit_damaged;
  } catch (const storage::StoreOpenError& error) {
    std::fprintf(stderr, "rollcall: %s\n", describe(error).c_str());
    return error.failure().reason == storage::OpenFailure::Reason::not_sqlite ? exit_damaged
                                                                              : exit_unreadable;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "rollcall: %s\n", failure.what());
    return exit_unreadable;
  }
}

}  // namespace rollcall::server
