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

ListenAddress admin_address(const ListenAddress& asked, const AdminListener::Endpoint& api) {
  // Behind the last port comes 0.
  const bool any = asked.port == 0 || api.port() == 0;
  const auto next = static_cast<std::uint16_t>(api.port() + 1);
  return {api.address().is_v6() ? "::1" : "127.0.0.1", any ? std::uint16_t{0} : next};
}

Admin::Admin(const Options& options, const Endpoint& api, Health& health, const Metrics& metrics,
             ServerLog& log, Acts acts)
    : options_(options), health_(health), metrics_(metrics), log_(log), acts_(std::move(acts)) {
  if (std::holds_alternative<AdminOff>(options.admin_listen)) return;
  const auto* const given = std::get_if<ListenAddress>(&options.admin_listen);
  const ListenAddress address =
      given != nullptr ? *given : admin_address(options.listen.front(), api);
  try {
    listen(address);
  } catch (const boost::system::system_error& failure) {
    const std::string why = text_of(address) + ": " + failure.code().message();
    if (given != nullptr) {
      throw std::runtime_error("can't listen on " + why +
                               ": choose another address with --admin-listen");
    }
    log_.say(LogLevel::warning,
             "no admin listener, which serves /metrics: can't listen on %s: choose another address "
             "with --admin-listen",
             why.c_str());
  }
}

void Admin::listen(const ListenAddress& address) {
  boost::asio::io_context context;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service);
  AdminDesk& desk = *this;
  listener_ = std::make_unique<AdminListener>(found.begin()->endpoint(), desk);
}

std::optional<Admin::Endpoint> Admin::endpoint() const noexcept {
  return listener_ ? std::optional(listener_->endpoint()) : std::nullopt;
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
