#include "server/cli/backup.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <variant>

#include "server/cli/command_options.hpp"
#include "server/cli/count_text.hpp"
#include "server/cli/interruption.hpp"
#include "server/cli/load_progress.hpp"
#include "server/cli/open_error.hpp"

namespace rollcall::server {
namespace {

constexpr int exit_failure = 1;
constexpr std::uint64_t mebi = 1'024 * 1'024;

std::string size_text(std::uint64_t octets) {
  return octets < mebi ? grouped(octets / 1'024) + " KiB" : grouped(octets / mebi) + " MiB";
}

/// Both commands: `act` copies, `done` says what was done.
template <class Act, class Done>
int run(int argc, const char* const* argv, const char* doing, const Act& act, const Done& done) {
  const auto parsed = parse_copy_options(argc, argv, environment);
  if (const auto* const early = std::get_if<EarlyExit>(&parsed)) {
    std::fputs(early->out.c_str(), stdout);
    std::fputs(early->err.c_str(), stderr);
    return early->code;
  }
  const auto& options = std::get<CopyOptions>(parsed);
  // If the reader of the summary is gone, the copy is there all the same.
  std::signal(SIGPIPE, SIG_IGN);
  std::string message;
  Interruption interruption;
  try {
    const storage::CopyReport report = [&] {
      LoadProgressLine line(options.file, doing);
      return act(options, [&](std::uint64_t octets, std::uint64_t of_octets) {
        line.show(octets, of_octets);
        return interruption.signal() == 0;
      });
    }();
    // The copy is there: a signal that came too late is no failure.
    interruption.end();
    const std::string what = users_text(report.users) + " (" + size_text(report.octets) + ")";
    std::printf("%s\n", done(options, what).c_str());
    return 0;
  } catch (const storage::StoreOpenError& error) {
    message = describe(error);
  } catch (const storage::CopyError& error) {
    message = describe(error);
  } catch (const std::exception& failure) {
    message = failure.what();
  }
  const int signal = interruption.end();
  std::fprintf(stderr, "rollcall: %s\n", message.c_str());
  return signal != 0 ? 128 + signal : exit_failure;
}

}  // namespace

std::string describe(const storage::CopyError& error) {
  using Reason = storage::CopyFailure::Reason;
  const storage::CopyFailure& failure = error.failure();
  const std::string& path = failure.path;
  switch (failure.reason) {
    case Reason::exists:
      return path + " exists: move it away, with its -wal and -shm files, or name another";
    case Reason::left_behind:
      return path + " is left from an earlier store and may hold users: move it to where that " +
             "store's data file is";
    case Reason::in_use:
      return path + " is in use by a process whose data file is gone: stop it first";
    case Reason::not_written:
      return path + " can't be written: " + failure.detail;
    case Reason::not_whole:
      return path + " was not written: the copy is damaged (" + failure.detail +
             "): run rollcall check on what you copy";
    case Reason::stopped:
      return "stopped: " + path + " was not written";
  }
  return path + " was not written";
}

int run_backup(int argc, const char* const* argv) {
  return run(
      argc, argv, "backing up to",
      [](const CopyOptions& options, const storage::CopyProgress& progress) {
        return storage::back_up(options.store, options.file, progress);
      },
      [](const CopyOptions& options, const std::string& what) {
        return "backed up " + what + " from " + options.store + " to " + options.file;
      });
}

int run_restore(int argc, const char* const* argv) {
  return run(
      argc, argv, "restoring",
      [](const CopyOptions& options, const storage::CopyProgress& progress) {
        return storage::restore(options.file, options.store, progress);
      },
      [](const CopyOptions& options, const std::string& what) {
        return "restored " + what + " from " + options.file + " to " + options.store;
      });
}

}  // namespace rollcall::server
