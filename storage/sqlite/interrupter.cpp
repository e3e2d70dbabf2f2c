#include "storage/sqlite/interrupter.hpp"

#include <poll.h>
#include <sqlite3.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace rollcall::storage {
namespace {

constexpr int ms_between_looks = 20;

int make_event() {
  const int event = ::eventfd(0, EFD_CLOEXEC);
  if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return event;
}

}  // namespace

Interrupter::Interrupter(sqlite3* database, std::function<bool()> wanted)
    : database_(database), wanted_(std::move(wanted)), ended_(make_event()) {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::close(ended_);
    throw;
  }
}

Interrupter::~Interrupter() {
  end();
  ::close(ended_);
}

bool Interrupter::end() noexcept {
  if (!thread_.joinable()) return interrupted_;
  constexpr std::uint64_t one = 1;
  // Can't fail: nothing else counts it up.
  [[maybe_unused]] const ssize_t written = ::write(ended_, &one, sizeof one);
  thread_.join();
  return interrupted_;
}

void Interrupter::run() noexcept {
  pollfd ended{.fd = ended_, .events = POLLIN, .revents = 0};
  while (::poll(&ended, 1, ms_between_looks) <= 0) {
    interrupted_ = interrupted_ || wanted_();
    // Again and again: the statement may not have begun yet.
    if (interrupted_) sqlite3_interrupt(database_);
  }
}

}  // namespace rollcall::storage
