#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/cli/options.hpp"
#include "server/io_thread.hpp"
#include "server/limits.hpp"
#include "server/listener.hpp"
#include "server/notice.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

/// The program's main thread: accepts, and gives each connection to the I/O thread that has the
/// fewest; watches signals; ends it all in order.
class Server {
 public:
  /// Binds every address before anything else is opened, so that a second server changes no file.
  /// Throws std::runtime_error with one line for a person.
  explicit Server(const Options& options);
  ~Server();

  /// Opens the store, showing progress on `progress_to` if that is a terminal. Throws
  /// storage::StoreOpenError.
  void open_store();

  /// Serves until SIGTERM or SIGINT (SIGHUP is for opening logs anew and harms nothing); a second
  /// one ends the process at once with 128 + its number. The exit code of the program: 0 after an
  /// orderly end, 1 if the store could not be closed tidily (nothing acknowledged is lost by that).
  int run();

  /// What is served where, for the line that says so.
  std::string description() const;

 private:
  void bind(const ListenAddress& address);
  void hand_out(std::unique_ptr<Transport> transport);
  /// Gives it to the first of `threads`, from the last on, that has an idle connection to close.
  void find_room(std::unique_ptr<Transport> transport, std::vector<IoThread*> threads);
  void turn_away(std::unique_ptr<Transport> transport);
  IoThread& least_busy() const;
  std::size_t turned_away() const;
  void watch_signals();
  void stop();
  /// `act` is called when `time` is over, unless deadline_ is cancelled or set anew.
  void at_deadline(std::chrono::milliseconds time, std::function<void()> act);
  void thread_drained();

  const Options options_;
  boost::asio::io_context context_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer deadline_;
  std::unique_ptr<storage::Store> store_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::size_t threads_running_ = 0;
  std::size_t connection_cap_;
  std::size_t finding_room_ = 0;  ///< Connections in find_room().
  Notice full_;
  bool stopping_ = false;
};

}  // namespace rollcall::server
