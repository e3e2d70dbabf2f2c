#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "server/ops/log_settings.hpp"

namespace rollcall::server {

/// How lines of the log look.
struct LogStyle {
  LogFormat format = LogFormat::text;
  /// The journal of systemd reads them: each begins with its priority, as sd-daemon(3) has it, and
  /// in LogFormat::text without the time and the level, which the journal keeps itself.
  bool journal = false;
};

using WallTime = std::chrono::system_clock::time_point;

/// Appends what a line has before its message: in LogFormat::json up to and with the opening brace,
/// the time and the level.
void begin_line(std::string& into, const LogStyle& style, LogLevel level, WallTime time);

/// Appends a whole line, with its end. No octet of `message` ends the line early: in
/// LogFormat::text a control character becomes a question mark.
void append_line(std::string& into, const LogStyle& style, LogLevel level, WallTime time,
                 std::string_view message);

/// Appends RFC 3339's form of `time`, in UTC, exact to the millisecond.
void append_time(std::string& into, WallTime time);

}  // namespace rollcall::server
