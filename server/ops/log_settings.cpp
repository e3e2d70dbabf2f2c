#include "server/ops/log_settings.hpp"

#include <algorithm>
#include <array>

namespace rollcall::server {
namespace {

constexpr std::array<std::string_view, log_level_count> names{"error", "warning", "info", "debug"};

}  // namespace

std::string_view name_of(LogLevel level) noexcept { return names[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> log_level_of(std::string_view name) noexcept {
  const auto* const found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<LogLevel>(found - names.begin());
}

}  // namespace rollcall::server
