#include "tests/support/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <system_error>
#include <thread>

extern char** environ;

namespace rollcall::tests {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

void make_pipe(int (&ends)[2]) {
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

/// Appends everything that can be read now.
void drain(int descriptor, std::string& text) {
  char buffer[4'096];
  for (ssize_t n; (n = ::read(descriptor, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

Program::Program(const std::string& path, const Arguments& arguments,
                 const Arguments& environment) {
  int out[2];
  int err[2];
  make_pipe(out);
  make_pipe(err);
  std::vector<std::string> words{path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables(environment);
  for (char** each = environ; *each != nullptr; ++each) variables.emplace_back(*each);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  const int error = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, pointers(words).data(),
                                  pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  out_ = out[0];
  err_ = err[0];
  if (error != 0) throw std::system_error(error, std::generic_category(), path);
}

Program::~Program() {
  if (!code_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
  ::close(err_);
}

std::optional<std::string> Program::first_line(std::chrono::milliseconds patience) {
  const auto end = Clock::now() + patience;
  for (;;) {
    drain(out_, out_text_);
    if (const std::size_t newline = out_text_.find('\n'); newline != out_text_.npos) {
      std::string line = out_text_.substr(0, newline);
      out_text_.erase(0, newline + 1);
      return line;
    }
    if (code_ || Clock::now() >= end) return std::nullopt;
    wait(std::chrono::milliseconds(0));
    pollfd waiting{out_, POLLIN, 0};
    ::poll(&waiting, 1, 20);
  }
}

void Program::signal(int number) const { ::kill(pid_, number); }

std::optional<int> Program::wait(std::chrono::milliseconds patience) {
  const auto end = Clock::now() + patience;
  while (!code_) {
    int status = 0;
    // A full pipe must not keep the program from ending.
    drain(err_, err_text_);
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (Clock::now() >= end) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  return code_;
}

std::string Program::error_output() {
  drain(err_, err_text_);
  return err_text_;
}

std::string Program::output() {
  drain(out_, out_text_);
  return out_text_;
}

}  // namespace rollcall::tests
