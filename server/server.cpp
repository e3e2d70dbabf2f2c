#include "server/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "server/cli/load_progress.hpp"
#include "server/last_words.hpp"
#include "storage/open_store.hpp"

namespace rollcall::server {
namespace {

namespace asio = boost::asio;

/// Octets of memory that the process may have; 0 is any amount.
std::uint64_t most_memory(const MaxMemory& most) {
  if (const auto* const octets = std::get_if<std::uint64_t>(&most)) return *octets;
  if (std::holds_alternative<MemoryOff>(most)) return 0;
  return memory_of_group().value_or(0) / 100 * memory_percent;
}

}  // namespace

Server::Server(const Options& options, ServerLog& log)
    : options_(options),
      log_(log),
      shares_(share_descriptors(options.threads, options.connections, options.listen.size(),
                                raise_descriptor_limit())),
      context_(1),
      signals_(context_),
      hangups_(context_, SIGHUP),
      deadline_(context_),
      memory_(most_memory(options.max_memory)),
      service_manager_(context_),
      gate_(context_, options_.proxy_rules, shares_.turned_away,
            {[this](std::unique_ptr<Transport> transport) {
               hand_out(std::move(transport));
               end_threads_if_drained();
             },
             [this](CloseReason why) {
               metrics_.closed_early(why);
               end_threads_if_drained();
             }}),
      thread_balance_(std::min(options.least_threads, shares_.threads), shares_.threads),
      looking_(context_) {
  if (shares_.connections < options.connections) {
    log_.say(LogLevel::warning,
             "connection limit lowered to %zu from %zu, with up to %u threads: raise the "
             "descriptor limit (ulimit -n, LimitNOFILE=)",
             shares_.connections, options.connections, shares_.threads);
  }
  // A peer that has gone is an error code of send(); a closed standard output is nobody's harm.
  std::signal(SIGPIPE, SIG_IGN);
  watch_hangup();
  Sockets sockets = make_sockets(context_, options_, log_, taker());
  admin_ =
      std::make_unique<Admin>(options_, sockets, health_, metrics_, log_,
                              Admin::Acts{[this] { asio::post(context_, [this] { drain(); }); },
                                          [this] { asio::post(context_, [this] { resume(); }); }});
  listeners_ = std::move(sockets.api);
}

Server::~Server() = default;

void Server::open_store() {
  const Clock::time_point begun = system_clock().now();
  LoadProgressLine line(storage::shown_store(options_.store));
  storage::StoreOptions store_options = options_.store_options;
  store_options.load = {memory_.most() + memory_.most() / load_memory_share, resident_octets};
  service_manager_.loading(0, system_clock().now());
  store_ = storage::open_store(
      options_.store, store_options,
      [&](std::uint64_t users) {
        line.show(users);
        service_manager_.loading(users, system_clock().now());
      },
      events_);
  metrics_.serve(*store_, system_clock().now() - begun);
}

int Server::run() {
  watch_signals();
  for (const auto& each : listeners_) {
    try {
      each->listen();
    } catch (const boost::system::system_error& failure) {
      std::string ignored;
      store_->close(ignored);
      throw std::runtime_error("can't listen on " + each->name() + ": " +
                               listen_advice(failure.code()));
    }
  }
  threads_running_ = shares_.threads;
  IoThread::Environment environment;
  environment.health = &health_;
  environment.queue_delay = options_.queue_delay;
  environment.memory = &memory_;
  if (options_.log.access != AccessLogging::off) {
    access_log_ = std::make_unique<AccessLog>(options_.log, log_);
    metrics_.count_access_log(*access_log_);
  }
  if (!options_.site.plain()) environment.site = &options_.site;
  if (!options_.proxies.site.proxies.empty()) environment.proxies = &options_.proxies;
  for (unsigned i = 0; i < shares_.threads; ++i) {
    environment.metrics = &metrics_.add_thread();
    if (access_log_) environment.observer = &access_log_->add_thread();
    threads_.push_back(std::make_unique<IoThread>(*store_, options_.timeouts, environment));
    try {
      threads_.back()->start({[this] { asio::post(context_, [this] { thread_drained(); }); },
                              [this] { asio::post(context_, [this] { thread_ended(); }); }});
    } catch (const std::system_error& failure) {
      // Nothing is acknowledged yet, and threads that run already have no orderly end.
      log_.say(LogLevel::error, "can't start thread %u: %s: lower --threads", i + 1,
               failure.what());
      log_.flush();
      ::_exit(1);
    }
  }
  processor_times_.resize(threads_.size());
  metrics_.set_working_threads(thread_balance_.working());
  metrics_.set_max_connections(shares_.connections);
  metrics_.set_max_memory(memory_.most());
  look_around();
  health_.serve(*store_);
  service_manager_.ready();
  // Whoever waits for the next line has all that was said before it.
  log_.flush();
  std::printf("%s\n", description().c_str());
  std::fflush(stdout);
  context_.run();
  for (const auto& each : threads_) each->join();
  threads_.clear();
  admin_.reset();
  health_.stop_serving();
  metrics_.stop_serving();
  std::string error;
  if (store_->close(error)) {
    log_.say(LogLevel::info, "stopped; the store is closed");
    return 0;
  }
  const bool replaced = store_->health() == storage::Status::file_replaced;
  log_.say(LogLevel::error, "stopped, but the store was not closed cleanly: %s; %s", error.c_str(),
           replaced ? "users who are not in the file at its path are gone"
                    : "no acknowledged user is lost");
  return 1;
}

std::string Server::description() const {
  std::string line = "rollcall " ROLLCALL_VERSION " serves";
  for (const auto& each : listeners_) {
    const std::string name = each->name();
    line += (name.starts_with("unix:") ? " " : " http://") + name;
  }
  line += " from " + storage::shown_store(options_.store) + " (" + std::to_string(store_->size()) +
          " users, " +
          (shares_.threads == 1 ? "1 thread)"
                                : "up to " + std::to_string(shares_.threads) + " threads)");
  if (const auto admin = admin_->endpoint()) line += "; admin http://" + text(*admin);
  if (const auto agent = admin_->agent_endpoint()) line += "; agent " + text(*agent);
  return line;
}

void Server::look_around() {
  static_assert(health_interval == balance_interval);
  looking_.expires_after(health_interval);
  looking_.async_wait([this](boost::system::error_code error) {
    if (error || threads_running_ == 0) return;
    look_at_health();
    look_at_memory(memory_, log_);
    // A thread that is stuck serves nobody whom it is given, and in a stop one may have ended.
    const bool stuck = std::any_of(threads_.begin(), threads_.end(),
                                   [this](const auto& each) { return is_stuck(*each); });
    if (threads_.size() > 1 && !stuck && ending_ == Ending::none) balance();
    look_around();
  });
}

void Server::look_at_health() {
  Health::Signs worst{Clock::time_point::max()};
  for (const auto& each : threads_) {
    const Health::Signs signs = each->signs();
    worst.turned = std::min(worst.turned, signs.turned);
    worst.writes_wait_since = std::min(worst.writes_wait_since, signs.writes_wait_since);
  }
  const Clock::time_point now = system_clock().now();
  health_.look(worst, now);
  service_manager_.alive(worst.turned, now);
}

bool Server::is_stuck(const IoThread& thread) const {
  return system_clock().now() - thread.signs().turned > stuck_time;
}

void Server::balance() {
  using Seconds = std::chrono::duration<double>;
  std::vector<double> busy;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const auto now = threads_[i]->processor_time();
    const Seconds used = now - std::exchange(processor_times_[i], now);
    if (i < thread_balance_.working()) busy.push_back(used / Seconds(balance_interval));
  }
  // Only who may want another thread asks the kernel.
  const bool asks = *std::max_element(busy.begin(), busy.end()) > full_share / 2;
  if (!asks) idle_processors_.forget();
  const std::size_t before = thread_balance_.working();
  thread_balance_.look(busy, asks ? idle_processors_.since_last() : std::nullopt);
  if (thread_balance_.working() != before) {
    log_.say(LogLevel::debug, "%zu of %zu I/O threads have connections from now on",
             std::size_t{thread_balance_.working()}, threads_.size());
  }
  metrics_.set_working_threads(thread_balance_.working());
  const auto begin = threads_.begin();
  const auto end = begin + thread_balance_.working();
  const auto fewer = [](const auto& left, const auto& right) {
    return left->connection_count() < right->connection_count();
  };
  const auto [least, most] = std::minmax_element(begin, end, fewer);
  for (auto each = end; each != threads_.end(); ++each) {
    if (const std::size_t count = (*each)->connection_count()) (*each)->give(count, **least);
  }
  const std::size_t count =
      connections_to_move((*most)->connection_count(), (*least)->connection_count());
  if (count > 0) (*most)->give(count, **least);
}

void Server::watch_signals() {
  if (ending_ == Ending::none) {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
  }
  signals_.async_wait([this](boost::system::error_code error, int number) {
    if (error) return;
    const StopSignals::Meaning meaning = stop_signals_.arrived(number, system_clock().now());
    // What is acknowledged is on disk already: the second signal may end the process anywhere.
    if (meaning == StopSignals::Meaning::end_now) ::_exit(128 + number);
    if (meaning == StopSignals::Meaning::begin_end) begin_end(number);
    watch_signals();
  });
}

/// Whoever moves the log's file away says so with SIGHUP; without a handler it would end us.
void Server::watch_hangup() {
  hangups_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    log_.reopen();
    watch_hangup();
  });
}

void Server::drain() {
  health_.drain();
  for (const auto& each : threads_) each->drain();
}

void Server::resume() {
  if (ending_ != Ending::none) return;
  health_.resume();
  for (const auto& each : threads_) each->resume();
}

void Server::begin_end(int signal) {
  ending_ = Ending::draining;
  // Whoever waits at a terminal is no balancer that has to notice first.
  const auto delay = signal == SIGINT ? std::chrono::milliseconds(0) : options_.drain_delay;
  service_manager_.stopping(delay + stop_limit);
  drain();
  if (delay.count() == 0) return stop();
  log_.say(LogLevel::info, "draining; /readyz says 503, and requests are still served");
  at_deadline(delay, [this] { stop(); });
}

void Server::stop() {
  ending_ = Ending::stopping;
  end_if_hung_after(stop_limit);
  store_->end_within(stop_database_time);
  log_.say(LogLevel::info, "stopping; answering requests in flight");
  for (const auto& each : listeners_) each->close();
  gate_.hurry();
  for (const auto& each : threads_) each->stop();
  at_deadline(stop_stream_time, [this] {
    for (const auto& each : threads_) each->stop_streams();
    at_deadline(stop_deadline - stop_stream_time, [this] {
      for (const auto& each : threads_) each->cut();
    });
  });
}

void Server::at_deadline(std::chrono::milliseconds time, std::function<void()> act) {
  deadline_.expires_after(time);
  deadline_.async_wait([this, act = std::move(act)](boost::system::error_code error) {
    if (!error && threads_running_ > 0) act();
  });
}

void Server::thread_drained() {
  ++threads_drained_;
  end_threads_if_drained();
}

void Server::end_threads_if_drained() {
  if (threads_drained_ < threads_.size() || finding_room_ + gate_.waiting() > 0) return;
  for (const auto& each : threads_) each->end();
}

void Server::thread_ended() {
  if (--threads_running_ > 0) return;
  deadline_.cancel();
  signals_.cancel();
  hangups_.cancel();
  looking_.cancel();
}

}  // namespace rollcall::server
