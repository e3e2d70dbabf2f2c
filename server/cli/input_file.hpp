#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rollcall::server {

/// A file read from its beginning to its end. One thread.
class InputFile {
 public:
  /// `path` -: standard input. Throws std::runtime_error with one line for a person.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// What is left of what was read, and more of the file: its end if that is no longer than before.
  /// A signal may bring nothing more too. Throws std::runtime_error.
  std::string_view more();
  /// What was read and not taken; valid until more().
  std::string_view left() const noexcept { return std::string_view(buffer_).substr(begin_); }
  /// Takes octets off what is left, at most its size.
  void take(std::size_t octets) noexcept { begin_ += octets; }
  /// Nothing more will come.
  bool at_end() const noexcept { return at_end_; }

 private:
  const std::string name_;
  int descriptor_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool at_end_ = false;
};

}  // namespace rollcall::server
