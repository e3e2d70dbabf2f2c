#include "server/last_words.hpp"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

namespace rollcall::server {
namespace {

/// Takes no memory: there may be none.
[[noreturn]] void say(const char* what) noexcept {
  char line[256];
  const int size =
      std::snprintf(line, sizeof line,
                    "rollcall: ended: %.160s; what is on disk is safe: start it again\n", what);
  if (size > 0) write_last_line({line, static_cast<std::size_t>(size)});
  ::_exit(1);
}

[[noreturn]] void end() noexcept {
  if (std::current_exception() == nullptr) say("std::terminate was called");
  try {
    throw;
  } catch (const std::bad_alloc&) {
    say("out of memory");
  } catch (const std::exception& failure) {
    say(failure.what());
  } catch (...) {
    say("an unknown exception");
  }
}

/// Only async-signal-safe calls.
extern "C" void end_hung_stop(int) {
  write_last_line("rollcall: the disk does not respond; exiting anyway\n");
  ::_exit(1);
}

}  // namespace

void write_last_line(std::string_view line) noexcept {
  constexpr int patience_milliseconds = 100;
  pollfd output{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&output, 1, patience_milliseconds) <= 0) return;
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
}

void end_if_hung_after(std::chrono::seconds time) noexcept {
  std::signal(SIGALRM, end_hung_stop);
  ::alarm(static_cast<unsigned>(time.count()));
}

void install_last_words() noexcept { std::set_terminate(end); }

}  // namespace rollcall::server
