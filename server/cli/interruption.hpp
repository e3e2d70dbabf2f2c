#pragma once

namespace rollcall::server {

/// From its construction on, SIGINT or SIGTERM asks the program to stop cleanly; a second one ends
/// it at once. One in a process.
class Interruption {
 public:
  /// Throws std::system_error.
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// The signal that came, or 0.
  int signal() const noexcept;
  /// Readable from the first signal on: what waits for anything else polls it too, so that no
  /// signal can come between a look at signal() and the wait.
  int descriptor() const noexcept;
};

}  // namespace rollcall::server
