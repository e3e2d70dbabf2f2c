#include "storage/postgres/race.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "storage/postgres/limits.hpp"

namespace rollcall::storage::postgres {

Race::Race(const std::string& url, Clock::time_point deadline, const std::atomic<bool>& stop)
    : url_(url), deadline_(deadline), stop_(stop) {
  for (Host& each : hosts_of(url)) runners_.push_back({.host = std::move(each)});
}

std::unique_ptr<Connection> Race::run() {
  while (!stop_.load(std::memory_order_relaxed)) {
    const Clock::time_point now = Clock::now();
    if (now >= deadline_) return nullptr;
    for (Runner& each : runners_) {
      if (!each.connection && now >= each.next) start(each);
    }
    if (have_all_failed()) return nullptr;
    wait_for_ready(now);
    if (std::unique_ptr<Connection> made = take_made()) return made;
  }
  return nullptr;
}

void Race::start(Runner& runner) {
  runner.connection = Connection::start(url_, runner.host, deadline_, stop_);
  runner.ready = runner.connection->progress() == Connection::Progress::failed;
}

/// Not past the time when something else is to be done.
void Race::wait_for_ready(Clock::time_point now) {
  Clock::time_point until = std::min(deadline_, now + probe_pause);
  std::vector<pollfd> sockets;
  for (const Runner& each : runners_) {
    const bool reads =
        each.connection && each.connection->progress() == Connection::Progress::reading;
    const short events = reads ? POLLIN : POLLOUT;
    sockets.push_back({each.connection ? each.connection->descriptor() : -1, events, 0});
    if (each.ready) until = now;
    if (!each.connection) until = std::min(until, each.next);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
  ::poll(sockets.data(), sockets.size(), static_cast<int>(std::max<long>(left, 0)));
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    if (sockets[i].revents != 0) runners_[i].ready = true;
  }
}

std::unique_ptr<Connection> Race::take_made() {
  for (Runner& each : runners_) {
    if (!std::exchange(each.ready, false)) continue;
    switch (each.connection->go_on()) {
      case Connection::Progress::reading:
      case Connection::Progress::writing:
        break;
      case Connection::Progress::made:
        return std::move(each.connection);
      case Connection::Progress::failed:
        each.error = each.connection->error();
        each.connection.reset();
        each.next = Clock::now() + probe_pause;
        break;
    }
  }
  return nullptr;
}

bool Race::have_all_failed() const noexcept {
  return std::all_of(runners_.begin(), runners_.end(), [](const Runner& each) {
    return !each.connection && !each.error.empty();
  });
}

std::string Race::errors() const {
  // What libpq can't parse it repeats, with the password that may be in it.
  if (runners_.empty()) return "libpq can't read the URL";
  std::string all;
  for (const Runner& each : runners_) {
    if (!all.empty()) all += "; ";
    all += each.error.empty() ? "no answer in time" : each.error;
  }
  return all;
}

}  // namespace rollcall::storage::postgres
