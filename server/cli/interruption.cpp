#include "server/cli/interruption.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace rollcall::server {
namespace {

// What a handler may touch.
volatile std::sig_atomic_t came = 0;
volatile std::sig_atomic_t event = -1;

extern "C" void note(int number) {
  const int saved = errno;
  came = number;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  constexpr std::uint64_t one = 1;
  // Can't fail: nothing else counts it up.
  [[maybe_unused]] const ssize_t written = ::write(event, &one, sizeof one);
  errno = saved;
}

}  // namespace

Interruption::Interruption() {
  came = 0;
  event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  struct sigaction action {};
  action.sa_handler = note;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

Interruption::~Interruption() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  ::close(event);
}

int Interruption::signal() const noexcept { return came; }
int Interruption::descriptor() const noexcept { return event; }

}  // namespace rollcall::server
