#include "server/ops/log.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>

#include "server/limits.hpp"

namespace rollcall::server {

void Log::say(LogLevel level, const char* format, ...) noexcept {
  if (!wants(level)) return;
  // With the end that vsnprintf() writes.
  std::array<char, max_log_message_octets + 1> text;
  std::va_list values;
  va_start(values, format);
  const int octets = std::vsnprintf(text.data(), text.size(), format, values);
  va_end(values);
  if (octets < 0) return;
  write(level, {text.data(), std::min(static_cast<std::size_t>(octets), max_log_message_octets)});
}

void PlainLog::write(LogLevel, std::string_view message) noexcept {
  std::fprintf(out_, "rollcall: %.*s\n", static_cast<int>(message.size()), message.data());
}

}  // namespace rollcall::server
