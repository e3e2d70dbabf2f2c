#include "server/connections.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::server {

Connection& Connections::add(std::unique_ptr<Connection> connection) {
  connection->set_place(all_.size());
  all_.push_back(std::move(connection));
  idle_since_.push_back(stirred);
  return *all_.back();
}

void Connections::remove(Connection& connection) {
  const std::size_t place = connection.place();
  all_[place].reset();
  if (place + 1 != all_.size()) {
    all_[place] = std::move(all_.back());
    all_[place]->set_place(place);
    idle_since_[place] = idle_since_.back();
  }
  all_.pop_back();
  idle_since_.pop_back();
}

void Connections::for_each(void (Connection::*act)()) {
  const std::size_t count = all_.size();
  for (std::size_t i = 0; i < count; ++i) {
    stir(*all_[i]);
    ((*all_[i]).*act)();
  }
}

Connections::Survey Connections::tick(Clock::time_point now, std::chrono::milliseconds idle,
                                      bool all) {
  Survey found;
  looked_ = 0;
  const std::size_t count = all_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (all || idle_since_[i] == stirred || now - idle_since_[i] >= idle) {
      Connection& each = *all_[i];
      each.on_tick();
      ++looked_;
      ++found.doing[static_cast<std::size_t>(each.activity())];
      found.write_waits =
          std::min(found.write_waits, each.write_waits_since().value_or(found.write_waits));
      idle_since_[i] = each.idle_since().value_or(stirred);
    } else {
      ++found.doing[static_cast<std::size_t>(Activity::idle)];
    }
    if (idle_since_[i] != stirred) {
      found.longest_idle = std::min(found.longest_idle, idle_since_[i]);
    }
  }
  return found;
}

}  // namespace rollcall::server
