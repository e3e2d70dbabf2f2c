#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "server/ops/log.hpp"
#include "server/ops/log_line.hpp"
#include "server/ops/log_output.hpp"

namespace rollcall::server {

/// The log of the server: spdlog, with a thread that writes. Nobody who says something waits for
/// who reads it, be it a full pipe: at most max_log_messages wait to be written, and beyond that
/// the oldest of them is dropped and counted, so that the last ones, which say how it ended, are
/// there.
class ServerLog final : public Log {
 public:
  /// Throws std::system_error if there is no such file, or no thread.
  explicit ServerLog(const LogSettings& settings);
  /// flush(); whoever reads too slowly loses the rest.
  ~ServerLog();
  ServerLog(const ServerLog&) = delete;
  ServerLog& operator=(const ServerLog&) = delete;

  LogLevel level() const noexcept { return level_.load(std::memory_order_relaxed); }
  void set_level(LogLevel level) noexcept { level_.store(level, std::memory_order_relaxed); }
  /// Opens the file of `--log-file` anew, soon. Its thread does: no disk can hold the caller up.
  void reopen() noexcept;
  /// Waits until all that was said is written, or for log_flush_time.
  void flush() noexcept override;
  /// Messages dropped, or lost by their file, so far.
  std::uint64_t dropped() const noexcept;

  /// For other lines of the same log.
  LogOutput& output() noexcept { return output_; }
  const LogStyle& style() const noexcept { return style_; }

 private:
  class Sink;
  struct Logger;

  bool wants(LogLevel level) const noexcept override { return level <= this->level(); }
  void write(LogLevel level, std::string_view message) noexcept override;
  /// The number of this call, which flushed_ reaches when it is served.
  std::uint64_t ask_to_flush() noexcept;

  LogOutput output_;
  const LogStyle style_;
  std::atomic<LogLevel> level_;
  std::atomic<std::uint64_t> lost_{0};     ///< By the file, or for want of memory.
  std::atomic<std::uint64_t> flushed_{0};  ///< Of the calls of flush(), so many are served.
  std::atomic<std::uint64_t> flushes_{0};
  std::unique_ptr<Logger> logger_;  ///< Last: its thread uses all of the above.
};

}  // namespace rollcall::server
