#include "storage/postgres/race.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "storage/postgres/limits.hpp"

namespace rollcall::storage::postgres {

Race::Race(const std::string& url, const Route& route, Clock::time_point deadline,
           const std::atomic<bool>& stop, Resolver& resolver)
    : url_(url), route_(route), deadline_(deadline), stop_(stop), resolver_(resolver) {
  std::vector<Host> hosts = hosts_of(url);
  if (route.only) hosts = {*route.only};
  for (Host& each : hosts) {
    if (each.needs_address()) {
      names_.push_back({.host = std::move(each)});
    } else {
      add(std::move(each), Clock::now());
    }
  }
}

void Race::add(Host host, Clock::time_point next) {
  if (host == route_.last) next += head_start;
  runners_.push_back({.host = std::move(host), .next = next});
}

std::unique_ptr<Connection> Race::run() {
  while (!stop_.load(std::memory_order_relaxed)) {
    const Clock::time_point now = Clock::now();
    if (now >= deadline_) return nullptr;
    for (Name& each : names_) look_up(each, now);
    for (Runner& each : runners_) {
      const bool is_due = now >= each.next || (each.error.empty() && is_last_hope(each));
      if (!each.connection && is_due) start(each);
    }
    if (have_all_failed()) return nullptr;
    wait_for_ready(now);
    if (std::unique_ptr<Connection> made = take_made()) return made;
  }
  return nullptr;
}

/// It is to be tried after all others, and they have failed.
bool Race::is_last_hope(const Runner& runner) const {
  if (runner.host != route_.last) return false;
  return std::all_of(names_.begin(), names_.end(),
                     [](const Name& each) { return each.is_known; }) &&
         std::all_of(runners_.begin(), runners_.end(),
                     [&](const Runner& each) { return &each == &runner || !each.error.empty(); });
}

/// Adds the addresses that are new.
void Race::look_up(Name& name, Clock::time_point now) {
  const std::optional<Resolver::Found> found = resolver_.find(name.host.name, now);
  if (!found) return;
  name.is_known = true;
  name.error = found->error;
  Clock::time_point next = now;
  for (const std::string& address : found->addresses) {
    Host host = name.host;
    host.address = address;
    const auto is_it = [&](const Runner& each) { return each.host == host; };
    if (std::any_of(runners_.begin(), runners_.end(), is_it)) continue;
    add(std::move(host), next);
    next += address_pause;
  }
}

void Race::start(Runner& runner) {
  runner.connection = Connection::start(url_, runner.host, deadline_, stop_);
  runner.ready = runner.connection->progress() == Connection::Progress::failed;
}

/// Not past the time when something else is to be done.
void Race::wait_for_ready(Clock::time_point now) {
  constexpr std::chrono::milliseconds look_up_pause{5};
  Clock::time_point until = std::min(deadline_, now + probe_pause);
  for (const Name& each : names_) {
    if (!each.is_known) until = now + look_up_pause;
  }
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
        fail(each);
        break;
    }
  }
  return nullptr;
}

void Race::fail(Runner& runner) {
  const Clock::time_point now = Clock::now();
  runner.error = runner.connection->error();
  runner.connection.reset();
  runner.next = now + probe_pause;
  // What has not been tried yet waited only for this one.
  for (Runner& each : runners_) {
    const bool waits = each.error.empty() && each.host != route_.last;
    if (waits && each.host.name == runner.host.name) each.next = now;
  }
}

bool Race::have_all_failed() const noexcept {
  for (const Name& each : names_) {
    if (!each.is_known) return false;
  }
  return std::all_of(runners_.begin(), runners_.end(),
                     [](const Runner& each) { return !each.connection && !each.error.empty(); });
}

std::string Race::errors() const {
  // What libpq can't parse it repeats, with the password that may be in it.
  if (runners_.empty() && names_.empty()) return "libpq can't read the URL";
  std::string all;
  const auto add = [&](const std::string& error) {
    if (!all.empty()) all += "; ";
    all += error.empty() ? "no answer in time" : error;
  };
  for (const Name& each : names_) {
    if (!each.is_known || !each.error.empty()) add(each.error);
  }
  for (const Runner& each : runners_) add(each.error);
  return all;
}

}  // namespace rollcall::storage::postgres
