/// The limit of a server that answers once the request is on disk: group commit with one sync for
/// everything that a turn of the loop gathered, into a log that costs as little as possible.

#include <fcntl.h>

#include <vector>

#include "loadtest/limits/epoll_loop.hpp"

namespace rollcall::loadtest {
namespace {

inline constexpr std::size_t log_octets = 64 * 1'024 * 1'024;
inline constexpr std::size_t max_turn_octets = max_ready_a_turn * receive_octets;
static_assert(max_turn_octets <= log_octets, "a turn must fit into the log in one write");

/// A file of fixed size, overwritten as a ring.
class Log {
 public:
  /// Writes the file once, all of it. Neither a hole nor fallocate() would do: their blocks become
  /// real at the first write, and the sync after it would wait for the file system's journal too.
  explicit Log(const std::string& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ < 0) fail(path);
    const std::vector<char> zeros(1'024 * 1'024);
    for (std::size_t offset = 0; offset < log_octets; offset += zeros.size()) {
      write(zeros.data(), zeros.size(), offset);
    }
    if (::fsync(file_) != 0) fail("fsync");
  }

  /// On return the octets are on disk.
  void append(const char* octets, std::size_t count) {
    if (offset_ + count > log_octets) offset_ = 0;
    write(octets, count, offset_);
    if (::fdatasync(file_) != 0) fail("fdatasync");
    offset_ += count;
  }

 private:
  void write(const char* octets, std::size_t count, std::size_t offset) {
    errno = ENOSPC;  // The cause of a short write; an error sets its own.
    const ssize_t written = ::pwrite(file_, octets, count, static_cast<off_t>(offset));
    if (written != static_cast<ssize_t>(count)) fail("pwrite");
  }

  int file_;
  std::size_t offset_ = 0;
};

class BlindDurable {
 public:
  explicit BlindDurable(const std::string& path) : log_(path), gathered_(max_turn_octets) {
    waiting_.reserve(max_ready_a_turn);
  }

  bool read_ready(int socket) {
    const ssize_t received = ::recv(socket, gathered_.data() + size_, receive_octets, 0);
    if (received <= 0) return is_open(received);
    size_ += static_cast<std::size_t>(received);
    waiting_.push_back(socket);
    return true;
  }

  void end_turn() {
    if (waiting_.empty()) return;
    log_.append(gathered_.data(), size_);
    for (const int socket : waiting_) {
      if (!send_answer(socket)) ::close(socket);
    }
    waiting_.clear();
    size_ = 0;
  }

 private:
  Log log_;
  std::vector<char> gathered_;  ///< What the turn has read, its first size_ octets.
  std::size_t size_ = 0;
  std::vector<int> waiting_;  ///< Sockets to answer once it is on disk.
};

}  // namespace
}  // namespace rollcall::loadtest

int main(int argc, char** argv) {
  using namespace rollcall::loadtest;
  const Options options = parse_options(argc, argv, true, "blind_durable --file PATH [--port N]");
  BlindDurable blind_durable(options.file);
  serve(options.port, blind_durable);
}
