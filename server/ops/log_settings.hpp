#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::server {

/// How much a message matters, the most first.
enum class LogLevel : std::uint8_t {
  error,    ///< Something does not work, and somebody has to do something.
  warning,  ///< Something will not work, or did not once.
  info,     ///< What the server does.
  debug,    ///< Why it does that. Only here may names, addresses, keys and queries appear.
};
inline constexpr std::size_t log_level_count = static_cast<std::size_t>(LogLevel::debug) + 1;

enum class LogFormat : std::uint8_t { text, json };

/// Which answers the access log has.
enum class AccessLogging : std::uint8_t {
  off,
  errors,   ///< Those with a status from 400 on, and streams that were broken off.
  sampled,  ///< One in so many of each I/O thread.
  all,
};

/// How much the access log says of a client's address.
enum class LoggedClient : std::uint8_t {
  none,
  prefix,  ///< Its network: the first 24 bits of IPv4, the first 48 of IPv6.
  full,
};

/// What `--log-*` and `--access-log` say.
struct LogSettings {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;  ///< Messages that matter less are left out.
  std::string file{};               ///< Empty: standard error.
  AccessLogging access = AccessLogging::off;
  std::size_t sample = 1;  ///< Of AccessLogging::sampled: one answer in so many.
  LoggedClient client = LoggedClient::prefix;
};

/// `error`, `warning`, `info` or `debug`.
std::string_view name_of(LogLevel level) noexcept;
/// Nothing if `name` is not one of them.
std::optional<LogLevel> log_level_of(std::string_view name) noexcept;

}  // namespace rollcall::server
