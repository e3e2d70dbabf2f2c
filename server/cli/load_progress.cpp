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

void LoadProgressLine::show(std::uint64_t users) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  shown_ = true;
  std::fprintf(stderr, "\r%s %s: %" PRIu64 " users", doing_, store_.c_str(), users);
}

}  // namespace rollcall::server
