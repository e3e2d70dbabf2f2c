#include "server/admin.hpp"

#include <boost/system/system_error.hpp>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <utility>
#include <variant>

#include "server/cli/options_json.hpp"
#include "server/ops/health.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/server_log.hpp"

namespace rollcall::server {

using boost::asio::ip::tcp;

namespace {

/// Throws boost::system::system_error.
SideListener::Where resolve(const ListenAddress& address) {
  boost::asio::io_context context;
  tcp::resolver resolver(context);
  return resolver
      .resolve(address.host, std::to_string(address.port),
               tcp::resolver::passive | tcp::resolver::numeric_service)
      .begin()
      ->endpoint();
}

std::string reason(const ListenAddress& address, const boost::system::system_error& failure) {
  return "can't listen on " + text_of(address) + ": " + failure.code().message() +
         ": choose another address with ";
}

}  // namespace

ListenAddress admin_address(const ListenAddress& asked, const Admin::Endpoint& api) {
  // Behind the last port comes 0.
  const bool any = asked.port == 0 || api.port() == 0;
  const auto next = static_cast<std::uint16_t>(api.port() + 1);
  return {api.address().is_v6() ? "::1" : "127.0.0.1", any ? std::uint16_t{0} : next};
}

Admin::Admin(const Options& options, const Sockets& sockets, Health& health, const Metrics& metrics,
             ServerLog& log, Acts acts)
    : options_(options), health_(health), metrics_(metrics), log_(log), acts_(std::move(acts)) {
  listen(sockets);
  listen_for_agents(sockets);
}

void Admin::listen(const Sockets& sockets) {
  AdminDesk& desk = *this;
  if (sockets.admin) {
    listener_ = std::make_unique<AdminListener>(*sockets.admin, desk);
    return;
  }
  if (std::holds_alternative<AdminOff>(options_.admin_listen)) return;
  const auto* const given = std::get_if<ListenAddress>(&options_.admin_listen);
  const ListenAddress address =
      given != nullptr ? *given
                       : admin_address(options_.listen.front(), sockets.api.front()->address());
  try {
    listener_ = std::make_unique<AdminListener>(resolve(address), desk);
  } catch (const boost::system::system_error& failure) {
    const std::string why = reason(address, failure) + "--admin-listen";
    if (given != nullptr) throw std::runtime_error(why);
    log_.say(LogLevel::warning, "no admin listener, which serves /metrics: %s", why.c_str());
  }
}

void Admin::listen_for_agents(const Sockets& sockets) {
  const auto line = [this] { return agent_line(health_.state(), metrics_.useful_connections()); };
  if (sockets.agent) {
    agent_ = std::make_unique<AgentListener>(*sockets.agent, line);
    return;
  }
  if (!options_.agent_listen) return;
  try {
    agent_ = std::make_unique<AgentListener>(resolve(*options_.agent_listen), line);
  } catch (const boost::system::system_error& failure) {
    throw std::runtime_error(reason(*options_.agent_listen, failure) + "--agent-listen");
  }
}

std::optional<Admin::Endpoint> Admin::endpoint() const noexcept {
  return listener_ ? std::optional(listener_->endpoint()) : std::nullopt;
}

std::optional<Admin::Endpoint> Admin::agent_endpoint() const noexcept {
  return agent_ ? std::optional(agent_->endpoint()) : std::nullopt;
}

std::string Admin::metrics() const { return metrics_.page(); }

std::string Admin::config() const {
  Options now = options_;
  now.log.level = log_.level();
  return json_of(now);
}

LogLevel Admin::log_level() const { return log_.level(); }

void Admin::set_log_level(LogLevel level) {
  log_.set_level(level);
  log_.say(LogLevel::info, "the log level is %s from now on", std::string(name_of(level)).c_str());
}

void Admin::drain() {
  // Probes are told at once, also while the store is loaded.
  health_.drain();
  acts_.drain();
}

}  // namespace rollcall::server
