#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/cli/options.hpp"
#include "server/listeners.hpp"
#include "server/ops/admin_listener.hpp"
#include "server/ops/admin_requests.hpp"
#include "server/ops/agent_listener.hpp"

namespace rollcall::server {

class Health;
class Metrics;
class ServerLog;

/// What an operator may ask of this program, and HAProxy's agent checks, and where. Nobody can ask
/// once this is destroyed.
class Admin final : private AdminDesk {
 public:
  using Endpoint = SideListener::Endpoint;
  /// What a drain and its end are besides what probes are told. Called on the listener's thread,
  /// and to return at once.
  struct Acts {
    std::function<void()> drain;
    std::function<void()> resume;
  };

  /// Serves on the sockets that were given for it, or else as Options::admin_listen and
  /// agent_listen say, beside the first of the API's. If the place beside that is in use, there is
  /// no admin listener, and `log` says so. Throws std::runtime_error, with one line for
  /// a person, for an address that was asked for. The references must outlive this.
  Admin(const Options& options, const Sockets& sockets, Health& health, const Metrics& metrics,
        ServerLog& log, Acts acts);

  /// Where each is, if anywhere.
  std::optional<Endpoint> endpoint() const noexcept;
  std::optional<Endpoint> agent_endpoint() const noexcept;

 private:
  void listen(const Sockets& sockets);
  void listen_for_agents(const Sockets& sockets);
  const Health& health() const override { return health_; }
  std::string metrics() const override;
  std::string config() const override;
  void drain() override;
  void resume() override { acts_.resume(); }
  LogLevel log_level() const override;
  void set_log_level(LogLevel level) override;

  const Options& options_;
  Health& health_;
  const Metrics& metrics_;
  ServerLog& log_;
  const Acts acts_;
  // Last: they use all of the above.
  std::unique_ptr<AdminListener> listener_;
  std::unique_ptr<AgentListener> agent_;
};

/// The address for the admin listener if none was given: the port behind that of `api`, which the
/// first of Options::listen, `asked`, came to. Any free port if that one was free to choose, the
/// last one, or that of a file, 0.
ListenAddress admin_address(const ListenAddress& asked, const Admin::Endpoint& api);

}  // namespace rollcall::server
