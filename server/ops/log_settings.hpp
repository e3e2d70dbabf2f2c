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

/// What `--log-*` says.
struct LogSettings {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;  ///< Messages that matter less are left out.
  std::string file{};               ///< Empty: standard error.
};

/// `error`, `warning`, `info` or `debug`.
std::string_view name_of(LogLevel level) noexcept;
/// Nothing if `name` is not one of them.
std::optional<LogLevel> log_level_of(std::string_view name) noexcept;

}  // namespace rollcall::server
