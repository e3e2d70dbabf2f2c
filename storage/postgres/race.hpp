#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "storage/postgres/connection.hpp"
#include "storage/postgres/hosts.hpp"
#include "storage/postgres/resolver.hpp"

namespace rollcall::storage::postgres {

/// An attempt to connect: all hosts of a URL side by side, and all addresses of each, so that one
/// that does not answer holds up nobody. A host that fails is tried again as long as another one
/// may still answer: a standby may be promoted meanwhile. On a thread that may wait.
class Race {
 public:
  /// `stop` must outlive it, and the connection that it makes.
  Race(const std::string& url, const Route& route, Clock::time_point deadline,
       const std::atomic<bool>& stop, Resolver& resolver = Resolver::of_system());

  /// The first connection that is made; null once all hosts have failed, at the deadline, or soon
  /// after the stop.
  std::unique_ptr<Connection> run();
  /// Why there is none: one line.
  std::string errors() const;

 private:
  struct Runner {
    Host host;
    std::unique_ptr<Connection> connection{};  ///< While it is under way.
    std::string error{};                       ///< Why it failed last.
    Clock::time_point next{};                  ///< When it is to be tried, if it is not under way.
    bool ready = false;                        ///< It can go on.
  };

  /// A host whose addresses are looked up.
  struct Name {
    Host host;
    bool is_known = false;
    std::string error{};
  };

  void add(Host host, Clock::time_point next);
  void look_up(Name& name, Clock::time_point now);
  bool is_last_hope(const Runner& runner) const;
  void start(Runner& runner);
  void wait_for_ready(Clock::time_point now);
  std::unique_ptr<Connection> take_made();
  void fail(Runner& runner);
  bool have_all_failed() const noexcept;

  const std::string url_;
  const Route route_;
  const Clock::time_point deadline_;
  const std::atomic<bool>& stop_;
  Resolver& resolver_;
  std::vector<Name> names_;
  std::vector<Runner> runners_;
};

}  // namespace rollcall::storage::postgres
