#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/cli/options.hpp"
#include "server/io_thread.hpp"
#include "server/limits.hpp"
#include "server/listener.hpp"
#include "server/store_events.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

/// The program's main thread. Accepts connections and gives each to the I/O thread that has the
/// fewest; watches signals; stops everything cleanly.
class Server {
 public:
  /// Binds every address before anything else is opened, so that a second server changes no file.
  /// Throws std::runtime_error with one line for a person.
  explicit Server(const Options& options);
  ~Server();

  /// Opens the store, showing progress on `progress_to` if that is a terminal. Throws
  /// storage::StoreOpenError.
  void open_store();

  /// Serves until SIGTERM or SIGINT; a second one ends the process at once with 128 + its number.
  /// Returns the program's exit code: 0 after a clean stop, 1 if the store could not be closed
  /// cleanly (which loses no acknowledged user).
  int run();

  /// The line that says what is served where.
  std::string description() const;

 private:
  void bind(const ListenAddress& address);
  void hand_out(int socket);
  void say_full();
  void watch_signals();
  void stop();
  /// Calls `act` after `time`, unless deadline_ is cancelled or set again.
  void at_deadline(std::chrono::milliseconds time, std::function<void()> act);
  void thread_drained();

  const Options options_;
  boost::asio::io_context context_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer deadline_;
  StoreEvents events_;  ///< Of store_.
  std::unique_ptr<storage::Store> store_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::size_t threads_running_ = 0;
  std::size_t connection_cap_;
  std::chrono::steady_clock::time_point last_notice_{};  ///< About a connection turned away.
  bool stopping_ = false;
};

}  // namespace rollcall::server
