#include "server/ops/server_log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>

#include <array>
#include <chrono>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

/// Between two looks of who waits in flush().
constexpr std::chrono::milliseconds flush_look{2};

constexpr std::array<spdlog::level::level_enum, log_level_count> levels{
    spdlog::level::err, spdlog::level::warn, spdlog::level::info, spdlog::level::debug};

LogLevel level_of(spdlog::level::level_enum level) noexcept {
  std::size_t i = 0;
  while (i + 1 < levels.size() && levels[i] != level) ++i;
  return static_cast<LogLevel>(i);
}

}  // namespace

/// Where spdlog's thread brings the messages.
class ServerLog::Sink final : public spdlog::sinks::sink {
 public:
  explicit Sink(ServerLog& log) noexcept : log_(log) {}

  void log(const spdlog::details::log_msg& message) override {
    line_.clear();
    append_line(line_, log_.style_, level_of(message.level), message.time,
                {message.payload.data(), message.payload.size()});
    put();
  }
  void flush() override {
    log_.output_.write({});
    if (const int error = log_.output_.take_reopen_error()) {
      line_.clear();
      append_line(line_, log_.style_, LogLevel::error, WallTime::clock::now(),
                  "can't open the log file anew: " + std::generic_category().message(error) +
                      "; the old one is written on");
      put();
    }
    log_.flushed_.fetch_add(1, std::memory_order_release);
  }
  // Lines look as LogStyle says.
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  void put() {
    if (!log_.output_.write(line_)) log_.lost_.fetch_add(1, std::memory_order_relaxed);
  }

  ServerLog& log_;
  std::string line_;
};

struct ServerLog::Logger {
  explicit Logger(ServerLog& log)
      : threads(std::make_shared<spdlog::details::thread_pool>(max_log_messages, 1)),
        logger(
            std::make_shared<spdlog::async_logger>("rollcall", std::make_shared<Sink>(log), threads,
                                                   spdlog::async_overflow_policy::overrun_oldest)) {
    // What is wanted is decided before it is written.
    logger->set_level(spdlog::level::trace);
    // By default it would print them, and wait for that.
    logger->set_error_handler(
        [&log](const std::string&) { log.lost_.fetch_add(1, std::memory_order_relaxed); });
  }

  std::shared_ptr<spdlog::details::thread_pool> threads;
  std::shared_ptr<spdlog::async_logger> logger;
};

ServerLog::ServerLog(const LogSettings& settings)
    : output_(settings.file),
      style_{settings.format, output_.is_journal()},
      level_(settings.level),
      logger_(std::make_unique<Logger>(*this)) {}

ServerLog::~ServerLog() {
  flush();
  // The thread ends when it has come to the end of its queue.
  output_.give_up();
}

void ServerLog::write(LogLevel level, std::string_view message) noexcept {
  try {
    logger_->logger->log(levels[static_cast<std::size_t>(level)],
                         spdlog::string_view_t(message.data(), message.size()));
  } catch (const std::exception&) {
    lost_.fetch_add(1, std::memory_order_relaxed);
  }
}

void ServerLog::reopen() noexcept {
  output_.reopen();
  ask_to_flush();
}

std::uint64_t ServerLog::ask_to_flush() noexcept {
  const std::uint64_t mine = flushes_.fetch_add(1, std::memory_order_relaxed) + 1;
  try {
    logger_->logger->flush();
  } catch (const std::exception&) {
    // Without memory it is not asked for, and who waits for it waits in vain, but not for long.
  }
  return mine;
}

void ServerLog::flush() noexcept {
  const std::uint64_t mine = ask_to_flush();
  const auto until = std::chrono::steady_clock::now() + log_flush_time;
  while (flushed_.load(std::memory_order_acquire) < mine &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(flush_look);
  }
}

std::uint64_t ServerLog::dropped() const noexcept {
  return logger_->threads->overrun_counter() + lost_.load(std::memory_order_relaxed);
}

}  // namespace rollcall::server
