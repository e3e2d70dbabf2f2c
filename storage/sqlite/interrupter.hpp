#pragma once

#include <functional>
#include <thread>

struct sqlite3;

namespace rollcall::storage {

/// Ends the statement that a connection runs, within a tenth of a second from when it is wanted:
/// the statement returns SQLITE_INTERRUPT. Belongs to the thread that runs the statement.
class Interrupter {
 public:
  /// A thread of its own asks `wanted` now and then until it says true or this is destroyed.
  /// `wanted` must not throw. Throws std::system_error.
  Interrupter(sqlite3* database, std::function<bool()> wanted);
  ~Interrupter();
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;

  /// Ends the asking: whether it was wanted.
  bool end() noexcept;

 private:
  void run() noexcept;

  sqlite3* const database_;
  const std::function<bool()> wanted_;
  const int ended_;           ///< A descriptor that is readable from the end on.
  bool interrupted_ = false;  ///< The thread's, until it is joined.
  std::thread thread_;
};

}  // namespace rollcall::storage
