#include "server/cli/options_json.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>

#include "server/cli/log_options.hpp"
#include "server/cli/proxy_options.hpp"

namespace rollcall::server {
namespace {

namespace json = boost::json;

/// Whole ones without an exponent.
json::value seconds(std::chrono::milliseconds time) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
  if (whole == time) return whole.count();
  return std::chrono::duration<double>(time).count();
}

std::string octal(mode_t mode) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), mode, 8).ptr;
  return "0" + std::string(digits.data(), end);
}

const char* text_of(storage::CommitBy by) {
  switch (by) {
    case storage::CommitBy::turn:
      return "turn";
    case storage::CommitBy::thread:
      return "thread";
    case storage::CommitBy::load:
      break;
  }
  return "auto";
}

json::array texts_of(const Options& options, const char* name) {
  json::array texts;
  const auto found = options.given.find(name);
  if (found == options.given.end()) return texts;
  for (const std::string& each : found->second.texts) texts.emplace_back(each);
  return texts;
}

json::value admin_of(const AdminListen& where) {
  if (std::holds_alternative<AdminOff>(where)) return "off";
  if (const auto* const address = std::get_if<ListenAddress>(&where)) {
    return json::value(text_of(*address));
  }
  return nullptr;
}

json::value memory_of(const MaxMemory& most) {
  if (std::holds_alternative<MemoryOff>(most)) return "off";
  if (const auto* const octets = std::get_if<std::uint64_t>(&most)) return *octets;
  return nullptr;
}

}  // namespace

std::string json_of(const Options& options) {
  json::array listen;
  for (const ListenAddress& each : options.listen) listen.emplace_back(text_of(each));
  json::object given;
  for (const auto& [name, setting] : options.given) given[name] = setting.origin;
  const storage::StoreRules& rules = options.store_options.rules;
  const json::object all{
      {"listen", std::move(listen)},
      {"socket-mode", octal(options.socket_mode)},
      {"admin-listen", admin_of(options.admin_listen)},
      {"agent-listen", options.agent_listen ? json::value(text_of(*options.agent_listen)) : "off"},
      {"store", storage::shown_store(options.store)},
      {"threads", std::to_string(options.least_threads) + "-" + std::to_string(options.threads)},
      {"commit", text_of(options.store_options.commit_by)},
      {"unique-email", rules.unique_email},
      {"idempotency-lifetime", rules.keys.lifetime.count()},
      {"max-idempotency-keys", rules.keys.most},
      {"max-connections", options.connections},
      {"header-timeout", seconds(options.timeouts.header)},
      {"body-timeout", seconds(options.timeouts.body)},
      {"write-timeout", seconds(options.timeouts.write)},
      {"idle-timeout", seconds(options.timeouts.idle)},
      {"drain-delay", seconds(options.drain_delay)},
      {"max-queue-delay", options.queue_delay.count()},
      {"max-memory", memory_of(options.max_memory)},
      {"max-linger", options.store_options.max_linger.count()},
      {"cors-origin", texts_of(options, "cors-origin")},
      {"base-path", options.site.base_path},
      {"trusted-proxy", texts_of(options, "trusted-proxy")},
      {"proxy-protocol", text_of(options.proxy_rules)},
      {"proxy-from", texts_of(options, "proxy-from")},
      {"log-format", options.log.format == LogFormat::json ? "json" : "text"},
      {"log-level", std::string(name_of(options.log.level))},
      {"log-file", options.log.file},
      {"access-log", text_of_access(options.log)},
      {"log-client", text_of(options.log.client)},
      {"given", std::move(given)},
  };
  return json::serialize(all);
}

}  // namespace rollcall::server
