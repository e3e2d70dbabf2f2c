#pragma once

#include <cstdio>
#include <string_view>

#include "server/ops/log_settings.hpp"

namespace rollcall::server {

/// Where the program says what happens to it, a message at a time. Any thread may say something.
class Log {
 public:
  /// As printf(3) has it, without a line end. At most max_log_message_octets are said; the rest is
  /// cut. Takes no memory of its own.
  [[gnu::format(printf, 3, 4)]] void say(LogLevel level, const char* format, ...) noexcept;
  /// Waits until what was said is written, but not for long.
  virtual void flush() noexcept = 0;

 protected:
  ~Log() = default;

 private:
  /// Whether anybody wants messages of `level`.
  virtual bool wants(LogLevel level) const noexcept = 0;
  virtual void write(LogLevel level, std::string_view message) noexcept = 0;
};

/// Writes each message as a line, `rollcall: MESSAGE`, at once: for a command, which has nothing
/// else to do. All but those of LogLevel::debug.
class PlainLog final : public Log {
 public:
  /// `out` must stay as long as this lives.
  explicit PlainLog(std::FILE* out = stderr) noexcept : out_(out) {}
  void flush() noexcept override { std::fflush(out_); }

 private:
  bool wants(LogLevel level) const noexcept override { return level < LogLevel::debug; }
  void write(LogLevel level, std::string_view message) noexcept override;

  std::FILE* const out_;
};

}  // namespace rollcall::server
