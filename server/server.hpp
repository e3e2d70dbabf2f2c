#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/admin.hpp"
#include "server/cli/options.hpp"
#include "server/descriptors.hpp"
#include "server/io_thread.hpp"
#include "server/limits.hpp"
#include "server/listeners.hpp"
#include "server/notice.hpp"
#include "server/ops/access_log.hpp"
#include "server/ops/health.hpp"
#include "server/ops/memory_watch.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/server_log.hpp"
#include "server/ops/service_manager.hpp"
#include "server/proxy_gate.hpp"
#include "server/stop_signals.hpp"
#include "server/store_events.hpp"
#include "server/thread_balance.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

/// The program's main thread. Accepts connections and gives each to the I/O thread that has the
/// fewest; watches signals; stops everything cleanly.
class Server {
 public:
  /// Binds every address before anything else is opened, so that a second server changes no file.
  /// Throws std::runtime_error with one line for a person.
  /// `log` must outlive this.
  Server(const Options& options, ServerLog& log);
  ~Server();

  /// Opens the store, showing progress on `progress_to` if that is a terminal. Throws
  /// storage::StoreOpenError.
  void open_store();

  /// Serves until SIGTERM or SIGINT; a second one ends the process at once with 128 + its number.
  /// SIGHUP opens the log's file anew. Returns the program's exit code: 0 after a clean stop, 1 if
  /// the store could not be closed cleanly (which loses no acknowledged user).
  int run();

  /// Probes are told 503 from now on, and each answer closes its connection; all the same,
  /// everything is served. On the thread of run(), as is resume(), which takes it back.
  void drain();
  void resume();

  /// The line that says what is served where.
  std::string description() const;

 private:
  /// What the listeners are told: server_accepting.cpp.
  Listener::Taker taker();
  AcceptPace::Load accept_load() const;
  void hand_out(std::unique_ptr<Transport> transport);
  /// Gives it to the first of `threads`, from the last on, that has an idle connection to close.
  /// Looks whether the store hangs, and how many threads should work, again and again.
  void look_around();
  void look_at_health();
  /// Moves connections so that as many threads have some as should work.
  void balance();
  bool is_stuck(const IoThread& thread) const;
  void find_room(std::unique_ptr<Transport> transport, std::vector<IoThread*> threads);
  std::vector<IoThread*> threads_with_room() const;
  void turn_away(std::unique_ptr<Transport> transport);
  /// A warning, now and then.
  void tell_full();
  IoThread& least_busy() const;
  std::size_t turned_away() const;
  void watch_signals();
  void watch_hangup();
  void begin_end(int signal);
  void stop();
  /// Calls `act` after `time`, unless deadline_ is cancelled or set again.
  void at_deadline(std::chrono::milliseconds time, std::function<void()> act);
  void thread_drained();
  void thread_ended();
  /// Lets the threads end when none has anything left that it may give to another.
  void end_threads_if_drained();

  const Options options_;
  ServerLog& log_;
  const DescriptorShares shares_;
  boost::asio::io_context context_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hangups_;
  boost::asio::steady_timer deadline_;
  Health health_;
  Metrics metrics_{health_, &log_};
  StoreEvents events_{log_, &metrics_.store()};  ///< Of store_.
  MemoryWatch memory_;
  ServiceManager service_manager_;
  std::unique_ptr<storage::Store> store_;
  ProxyGate gate_;
  std::unique_ptr<AccessLog> access_log_;  ///< Null if it is off.
  Listeners listeners_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::size_t threads_running_ = 0;
  std::size_t threads_drained_ = 0;
  ThreadBalance thread_balance_;
  IdleProcessors idle_processors_;
  std::vector<std::chrono::nanoseconds> processor_times_;  ///< Of the threads, at the last look.
  boost::asio::steady_timer looking_;
  std::size_t finding_room_ = 0;  ///< Connections in find_room().
  Notice full_;
  Ending ending_ = Ending::none;
  StopSignals stop_signals_;
  std::unique_ptr<Admin> admin_;  ///< Uses the above.
};

}  // namespace rollcall::server
