#pragma once

namespace rollcall::server {

/// From its construction on, SIGINT or SIGTERM asks the program to stop cleanly; a second one ends
/// it at once. A call that waits returns with EINTR within a second, even if it began just after
/// the signal. A program that has not ended after 10 s, whatever it waits for, exits with 128 + the
/// signal. One in a process; SIGALRM is its own.
class Interruption {
 public:
  /// Throws std::system_error.
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// The signal that came, or 0. Any thread may ask.
  int signal() const noexcept;
  /// Readable from the first signal on: what waits for anything else polls it too, so that no
  /// signal can come between a look at signal() and the wait.
  int descriptor() const noexcept;
  /// For when nothing is left to do but to report: from now on a signal ends the program at once.
  /// If one has come already, the program has a second for its report. Returns it, or 0.
  int end() noexcept;
};

/// For the whole program: whoever started it may have blocked SIGINT and SIGTERM.
void unblock_stop_signals() noexcept;

/// The first process of a container has no default for signals (pid_namespaces(7)): gives it one
/// for SIGINT and SIGTERM, which ends it at once with 128 + their number. Nothing in another
/// process.
void let_stop_signals_end() noexcept;

}  // namespace rollcall::server
