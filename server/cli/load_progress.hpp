#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rollcall::server {

/// Shows on standard error how much is done, if it is a terminal and the work takes more
/// than a second. The destructor erases the line.
class LoadProgressLine {
 public:
  explicit LoadProgressLine(std::string store, const char* doing = "loading");
  ~LoadProgressLine();
  LoadProgressLine(const LoadProgressLine&) = delete;
  LoadProgressLine& operator=(const LoadProgressLine&) = delete;

  void show(std::uint64_t users);
  /// `done` of `all` octets.
  void show(std::uint64_t done, std::uint64_t all);

 private:
  bool is_due();

  const std::string store_;
  const char* const doing_;
  const bool terminal_;
  std::chrono::steady_clock::time_point next_;
  bool shown_ = false;
};

}  // namespace rollcall::server
