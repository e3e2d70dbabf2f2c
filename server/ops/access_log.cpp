#include "server/ops/access_log.hpp"

#include <chrono>
#include <vector>

#include "server/limits.hpp"
#include "server/ops/access_line.hpp"

namespace rollcall::server {
namespace {

/// Octets of lines that are written at a time, about.
constexpr std::size_t write_octets = 32 * 1'024;

}  // namespace

AccessLog::AccessLog(const LogSettings& settings, ServerLog& log)
    : settings_(settings), log_(log), thread_([this] { run(); }) {}

AccessLog::~AccessLog() {
  ends_.store(true, std::memory_order_relaxed);
  const auto until = std::chrono::steady_clock::now() + log_flush_time;
  while (!ended_.load(std::memory_order_acquire) && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(access_log_interval / 4);
  }
  if (!ended_.load(std::memory_order_acquire)) log_.output().give_up();
  thread_.join();
}

AnswerObserver& AccessLog::add_thread() {
  const storage::MutexLock lock(mutex_);
  return threads_.emplace_back(settings_);
}

std::uint64_t AccessLog::dropped() const {
  const storage::MutexLock lock(mutex_);
  std::uint64_t sum = lost_.load(std::memory_order_relaxed);
  for (const AccessRecorder& each : threads_) sum += each.dropped();
  return sum;
}

void AccessLog::run() {
  for (;;) {
    // What is noted before the end was asked for is written.
    const bool ends = ends_.load(std::memory_order_relaxed);
    write_some();
    if (ends) break;
    std::this_thread::sleep_for(access_log_interval);
  }
  ended_.store(true, std::memory_order_release);
}

void AccessLog::write_some() {
  std::vector<AccessRecorder*> threads;
  {
    const storage::MutexLock lock(mutex_);
    for (AccessRecorder& each : threads_) threads.push_back(&each);
  }
  for (AccessRecorder* const each : threads) gather(each->ring());
  if (line_count_ > 0) put();
}

/// At most as many as there were at the start: the writer may be as fast as this.
void AccessLog::gather(AccessRing& ring) {
  const auto now = Clock::time_point::clock::now();
  const auto wall = WallTime::clock::now();
  for (std::size_t i = 0; i < max_access_records; ++i) {
    const AccessRecord* const record = ring.front();
    if (record == nullptr) return;
    const auto ago = std::chrono::duration_cast<WallTime::duration>(now - record->ended);
    append_access_line(lines_, log_.style(), settings_.client, *record, wall - ago);
    ring.pop();
    ++line_count_;
    if (lines_.size() >= write_octets) put();
  }
}

void AccessLog::put() {
  if (!log_.output().write(lines_)) lost_.fetch_add(line_count_, std::memory_order_relaxed);
  lines_.clear();
  line_count_ = 0;
}

}  // namespace rollcall::server
