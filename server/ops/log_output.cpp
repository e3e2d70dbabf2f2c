#include "server/ops/log_output.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace rollcall::server {
namespace {

/// How long a writer waits before it looks whether it is to give up.
constexpr int look_milliseconds = 50;

/// A pipe that poll(2) calls ready takes so much without waiting.
constexpr std::size_t piece_octets = PIPE_BUF;

int open_file(const std::string& path) noexcept {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

int open_output(const std::string& path) {
  if (path.empty()) return STDERR_FILENO;
  const int descriptor = open_file(path);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path);
  return descriptor;
}

bool reads_journal(const std::string& path) noexcept {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  return path.empty() && stream != nullptr && is_journal_stream(stream, STDERR_FILENO);
}

/// As many whole lines as fit into a piece; the first one if it is longer.
std::size_t piece_of(std::string_view lines) noexcept {
  if (lines.size() <= piece_octets) return lines.size();
  const std::size_t end = lines.rfind('\n', piece_octets - 1);
  return end == lines.npos ? piece_octets : end + 1;
}

}  // namespace

bool is_journal_stream(std::string_view stream, int descriptor) noexcept {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return false;
  const std::string own = std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino);
  return stream == own;
}

LogOutput::LogOutput(std::string path)
    : path_(std::move(path)), descriptor_(open_output(path_)), journal_(reads_journal(path_)) {}

LogOutput::~LogOutput() {
  if (!path_.empty()) ::close(descriptor_);
}

bool LogOutput::write(std::string_view lines) noexcept {
  const storage::MutexLock lock(mutex_);
  if (reopens_.exchange(false, std::memory_order_relaxed)) reopen_now();
  while (!lines.empty()) {
    if (!await_room()) return false;
    const ssize_t written = ::write(descriptor_, lines.data(), piece_of(lines));
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    lines.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

void LogOutput::reopen_now() noexcept {
  if (path_.empty()) return;
  const int descriptor = open_file(path_);
  if (descriptor < 0) {
    reopen_error_ = errno;
    return;
  }
  ::close(std::exchange(descriptor_, descriptor));
}

/// False if there is none, and nobody may wait for it.
bool LogOutput::await_room() const noexcept {
  for (;;) {
    pollfd output{descriptor_, POLLOUT, 0};
    const bool gives_up = gives_up_.load(std::memory_order_relaxed);
    const int ready = ::poll(&output, 1, gives_up ? 0 : look_milliseconds);
    // What is wrong with it is for write() to find.
    if (ready > 0) return true;
    if (gives_up) return false;
  }
}

}  // namespace rollcall::server
