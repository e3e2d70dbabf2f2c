#include "server/cli/input_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace rollcall::server {
namespace {

constexpr std::size_t read_octets = 256 * 1'024;

[[noreturn]] void fail(const std::string& name) {
  throw std::runtime_error("can't read " + name + ": " + std::generic_category().message(errno));
}

}  // namespace

InputFile::InputFile(const std::string& path)
    : name_(path == "-" ? "standard input" : path),
      descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail(name_);
}

InputFile::~InputFile() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

/// Waits for the file or the stop.
bool InputFile::can_go_on() {
  if (stop_ < 0) return true;
  pollfd watched[] = {{descriptor_, POLLIN, 0}, {stop_, POLLIN, 0}};
  while (::poll(watched, 2, -1) < 0) {
    if (errno != EINTR) fail(name_);
  }
  return watched[1].revents == 0;
}

std::string_view InputFile::more() {
  if (!can_go_on()) return left();
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + read_octets);
  const ssize_t size = ::read(descriptor_, buffer_.data() + before, read_octets);
  buffer_.resize(before + static_cast<std::size_t>(size > 0 ? size : 0));
  if (size < 0 && errno != EINTR) fail(name_);
  at_end_ = size == 0;
  return buffer_;
}

}  // namespace rollcall::server
