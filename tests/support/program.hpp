#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::tests {

/// A run of a real program, ended by its own pid; the destructor sends SIGKILL if it still runs.
class Program {
 public:
  using Arguments = std::vector<std::string>;

  /// Starts `path` with `arguments`; `environment` ("NAME=value") is added to this process's.
  Program(const std::string& path, const Arguments& arguments, const Arguments& environment = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The first line on standard output, or nothing if the program ends or `patience` passes first.
  std::optional<std::string> first_line(
      std::chrono::milliseconds patience = std::chrono::seconds(60));

  void signal(int number) const;

  /// Waits for the end: the exit code, or 128 + the signal that killed it. Nothing after
  /// `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience = std::chrono::seconds(30));

  /// Standard error so far; after wait(), all of it.
  std::string error_output();
  /// Standard output so far, without what first_line() returned.
  std::string output();
  pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string out_text_;
  std::string err_text_;
  std::optional<int> code_;
};

}  // namespace rollcall::tests
