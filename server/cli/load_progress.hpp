#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rollcall::server {

/// A line on standard error that counts the users done, once that takes more than a second and if
/// standard error is a terminal; wiped when this ends.
class LoadProgressLine {
 public:
  explicit LoadProgressLine(std::string store, const char* doing = "loading");
  ~LoadProgressLine();
  LoadProgressLine(const LoadProgressLine&) = delete;
  LoadProgressLine& operator=(const LoadProgressLine&) = delete;

  void show(std::uint64_t users);

 private:
  const std::string store_;
  const char* const doing_;
  const bool terminal_;
  std::chrono::steady_clock::time_point next_;
  bool shown_ = false;
};

}  // namespace rollcall::server
