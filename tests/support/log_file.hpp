#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "tests/support/temporary_directory.hpp"

namespace rollcall::tests {

inline std::string contents_of(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A file for a log to be written to, in a directory of its own.
struct LogFile {
  std::string contents() const { return contents_of(path); }
  bool has(const std::string& text) const { return contents().find(text) != std::string::npos; }

  TemporaryDirectory directory;
  std::string path = directory.file("log");
};

/// A named pipe in the place of that: it takes 64 KiB, and more only once somebody has read.
class LogPipe {
 public:
  LogPipe() {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("mkfifo " + path_);
    end_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (end_ < 0) throw std::runtime_error("open " + path_);
  }
  ~LogPipe() { ::close(end_); }
  LogPipe(const LogPipe&) = delete;
  LogPipe& operator=(const LogPipe&) = delete;

  const std::string& path() const noexcept { return path_; }
  /// It takes nothing from now on.
  void fill() const {
    const std::string octets(4'096, '\n');
    while (::write(end_, octets.data(), octets.size()) > 0) continue;
  }
  /// What is in it, which makes room.
  std::string read() const {
    std::string all;
    std::array<char, 4'096> octets{};
    for (ssize_t size = 0; (size = ::read(end_, octets.data(), octets.size())) > 0;) {
      all.append(octets.data(), static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  TemporaryDirectory directory_;
  std::string path_ = directory_.file("pipe");
  int end_ = -1;
};

}  // namespace rollcall::tests
