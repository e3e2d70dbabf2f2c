#include "server/cli/load_progress.hpp"

#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <utility>

namespace rollcall::server {

LoadProgressLine::LoadProgressLine(std::string store, const char* doing)
    : store_(std::move(store)),
      doing_(doing),
      terminal_(::isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + std::chrono::seconds(1)) {}

LoadProgressLine::~LoadProgressLine() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

bool LoadProgressLine::is_due() {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now < next_) return false;
  next_ = now + std::chrono::milliseconds(200);
  shown_ = true;
  return true;
}

void LoadProgressLine::show(std::uint64_t users) {
  if (!is_due()) return;
  std::fprintf(stderr, "\r%s %s: %" PRIu64 " users", doing_, store_.c_str(), users);
}

void LoadProgressLine::show(std::uint64_t done, std::uint64_t all) {
  if (all == 0 || !is_due()) return;
  std::fprintf(stderr, "\r%s %s: %" PRIu64 " %%", doing_, store_.c_str(), done * 100 / all);
}

}  // namespace rollcall::server
