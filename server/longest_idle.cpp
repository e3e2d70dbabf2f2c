#include "server/longest_idle.hpp"

#include <algorithm>

#include "server/connection/connection.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

Connection* LongestIdle::find(const Connections& all, Clock::time_point now) {
  const auto take_valid = [this]() -> Connection* {
    while (!candidates_.empty()) {
      const Candidate last = candidates_.back();
      candidates_.pop_back();
      // It may have been busy since.
      if (last.connection->idle_since() == last.since) return last.connection;
    }
    return nullptr;
  };
  if (Connection* const found = take_valid()) return found;
  if (now < pause_ends_) return nullptr;
  look(all);
  if (candidates_.empty()) pause_ends_ = now + idle_look_pause;
  return take_valid();
}

void LongestIdle::look(const Connections& all) {
  for (const auto& each : all) {
    if (const auto since = each->idle_since()) candidates_.push_back({each.get(), *since});
  }
  const auto longer = [](const Candidate& left, const Candidate& right) {
    return left.since < right.since;
  };
  const std::size_t kept = std::min(candidates_.size(), max_idle_remembered);
  const auto end = candidates_.begin() + static_cast<std::ptrdiff_t>(kept);
  std::partial_sort(candidates_.begin(), end, candidates_.end(), longer);
  candidates_.erase(end, candidates_.end());
  std::reverse(candidates_.begin(), candidates_.end());
}

void LongestIdle::forget(const Connection& connection) {
  std::erase_if(candidates_, [&](const Candidate& each) { return each.connection == &connection; });
}

}  // namespace rollcall::server
