#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rollcall::server {

/// Shows on standard error how many users are done, if it is a terminal and the work takes more
/// than a second. The destructor erases the line.
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
