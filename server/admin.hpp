#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/cli/options.hpp"
#include "server/ops/admin_listener.hpp"
#include "server/ops/admin_requests.hpp"

namespace rollcall::server {

class Health;
class Metrics;
class ServerLog;

/// What an operator may ask of this program, and where. Nobody can ask once this is destroyed.
class Admin final : private AdminDesk {
 public:
  using Endpoint = AdminListener::Endpoint;
  /// What a drain and its end are besides what probes are told. Called on the listener's thread,
  /// and to return at once.
  struct Acts {
    std::function<void()> drain;
    std::function<void()> resume;
  };

  /// Serves as Options::admin_listen says; `api` is the address that the first of Options::listen
  /// came to. If its place beside that is in use, there is no listener, and `log` says
  /// so. Throws std::runtime_error, with one line for a person, for an address that was asked
  /// for. The references must outlive this.
  Admin(const Options& options, const Endpoint& api, Health& health, const Metrics& metrics,
        ServerLog& log, Acts acts);

  /// Where it is, if anywhere.
  std::optional<Endpoint> endpoint() const noexcept;

 private:
  void listen(const ListenAddress& address);
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
  std::unique_ptr<AdminListener> listener_;  ///< Last: it uses all of the above.
};

/// The address for the listener if none was given: the port behind that of `api`, which the first
/// of Options::listen, `asked`, came to. Any free port if that one was free to choose, the last
/// one, or that of a file, 0.
ListenAddress admin_address(const ListenAddress& asked, const AdminListener::Endpoint& api);

}  // namespace rollcall::server
