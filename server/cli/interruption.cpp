#include "server/cli/interruption.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace rollcall::server {
namespace {

// A handler may touch an atomic if it is lock-free, and any thread may look at it meanwhile, which
// it may not at a volatile std::sig_atomic_t ([intro.races]/22).
static_assert(std::atomic<int>::is_always_lock_free);
std::atomic<int> came = 0;
std::atomic<int> event = -1;
std::atomic<int> seconds_left = 0;

constexpr int seconds_to_stop = 10;
constexpr int seconds_to_report = 1;

/// A call that began to wait after the signal returns with EINTR.
extern "C" void remind(int) {
  if (--seconds_left <= 0) ::_exit(128 + came);
  ::alarm(1);
}

void limit(int seconds) noexcept {
  ::alarm(0);
  seconds_left = seconds;
  ::alarm(1);
}

extern "C" void note(int number) {
  const int saved = errno;
  came = number;
  limit(seconds_to_stop);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  constexpr std::uint64_t one = 1;
  // Can't fail: nothing else counts it up.
  [[maybe_unused]] const ssize_t written = ::write(event, &one, sizeof one);
  errno = saved;
}

extern "C" void end_at_once(int number) { ::_exit(128 + number); }

}  // namespace

Interruption::Interruption() {
  came = 0;
  event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  // Without SA_RESTART: what waits is to look at the signal.
  struct sigaction action {};
  action.sa_handler = remind;
  ::sigaction(SIGALRM, &action, nullptr);
  action.sa_handler = note;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

Interruption::~Interruption() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  ::alarm(0);
  std::signal(SIGALRM, SIG_DFL);
  ::close(event);
}

int Interruption::signal() const noexcept { return came; }
int Interruption::descriptor() const noexcept { return event; }

int Interruption::end() noexcept {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  if (came != 0) limit(seconds_to_report);
  return came;
}

void unblock_stop_signals() noexcept {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGALRM}) ::sigaddset(&signals, each);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void let_stop_signals_end() noexcept {
  if (::getpid() != 1) return;
  std::signal(SIGINT, end_at_once);
  std::signal(SIGTERM, end_at_once);
}

}  // namespace rollcall::server
