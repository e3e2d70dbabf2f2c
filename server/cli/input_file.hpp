#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rollcall::server {

/// A file, read from start to end. One thread.
class InputFile {
 public:
  /// `-` is standard input. Throws std::runtime_error with one line to show to a person.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// From now on more() returns, without reading anything, once `descriptor` is readable.
  void stop_at(int descriptor) noexcept { stop_ = descriptor; }
  /// Reads more of the file and returns everything not taken yet. It may have to stop before it
  /// reads anything: see at_end(). Throws std::runtime_error.
  std::string_view more();
  /// What was read and not taken yet; valid until more().
  std::string_view left() const noexcept { return std::string_view(buffer_).substr(begin_); }
  /// Drops the first `octets` of left(), at most its size.
  void take(std::size_t octets) noexcept { begin_ += octets; }
  /// The whole file has been read.
  bool at_end() const noexcept { return at_end_; }

 private:
  bool can_go_on();

  const std::string name_;
  int descriptor_;
  int stop_ = -1;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool at_end_ = false;
};

}  // namespace rollcall::server
