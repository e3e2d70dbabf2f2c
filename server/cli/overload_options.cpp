#include "server/cli/overload_options.hpp"

#include <charconv>
#include <cstdint>
#include <string>

#include "server/limits.hpp"

namespace rollcall::server {

std::chrono::milliseconds queue_delay_of(const Settings& settings) {
  const auto found = settings.find("max-queue-delay");
  if (found == settings.end()) return default_queue_delay;
  const std::string& text = found->second.texts.front();
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value > max_queue_delay.count()) {
    throw UsageError(found->second.origin + " must be a number of milliseconds from 0 to " +
                     std::to_string(max_queue_delay.count()) + ", not '" + text + "'");
  }
  return std::chrono::milliseconds(value);
}

}  // namespace rollcall::server
