#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "tests/support/program.hpp"

namespace rollcall::tests {

/// The real program on a free port of 127.0.0.1, ready to serve.
class RunningServer {
 public:
  explicit RunningServer(const std::string& store, Program::Arguments more = {},
                         const Program::Arguments& environment = {})
      : program_(ROLLCALL_PROGRAM, arguments(store, std::move(more)), environment) {
    const auto line = program_.first_line();
    if (!line) throw std::runtime_error("no server: " + program_.error_output());
    constexpr std::string_view address = "http://127.0.0.1:";
    const std::size_t at = line->find(address);
    if (at == line->npos) throw std::runtime_error("no address in: " + *line);
    port_ = static_cast<std::uint16_t>(std::stoi(line->substr(at + address.size())));
    const std::size_t admin = line->find("; admin ");
    if (admin == line->npos) return;
    const std::size_t host_end = line->find(address, admin) + address.size();
    admin_port_ = static_cast<std::uint16_t>(std::stoi(line->substr(host_end)));
  }

  std::uint16_t port() const noexcept { return port_; }
  /// 0 if there is no admin listener.
  std::uint16_t admin_port() const noexcept { return admin_port_; }
  Program& program() noexcept { return program_; }

  /// Stops it with `signal`, waits for it, and returns the exit code.
  int stop(int signal) {
    program_.signal(signal);
    const auto code = program_.wait();
    if (!code) throw std::runtime_error("the server does not end");
    return *code;
  }

 private:
  static Program::Arguments arguments(const std::string& store, Program::Arguments more) {
    Program::Arguments all{"--listen", "127.0.0.1:0", "--store", store};
    // Only where the drain is the subject is it worth its time.
    if (std::find(more.begin(), more.end(), "--drain-delay") == more.end()) {
      all.insert(all.end(), {"--drain-delay", "0"});
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Program program_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
};

}  // namespace rollcall::tests
