#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "server/server.hpp"

/// Who is accepted, and which thread gets it.
namespace rollcall::server {

namespace asio = boost::asio;

Listener::Taker Server::taker() {
  return {[this](std::unique_ptr<PlainTransport> transport) { gate_.take(std::move(transport)); },
          [this] { metrics_.dropped_waiting(); }, [this] { return accept_load(); },
          options_.queue_delay};
}

AcceptPace::Load Server::accept_load() const {
  const IoThread& next = least_busy();
  const TurnLag& lag = next.lag();
  return {lag.now(), next.handed_over(), lag.each(), lag.commit()};
}

IoThread& Server::least_busy() const {
  const auto begin = threads_.begin();
  auto end = begin + thread_balance_.working();
  // One that commits to a disk that hangs would leave even a probe unanswered.
  const auto stuck = [this](const auto& each) { return is_stuck(*each); };
  if (std::all_of(begin, end, stuck)) end = threads_.end();
  return **std::min_element(begin, end, [&stuck](const auto& left, const auto& right) {
    return std::pair(stuck(left), left->connection_count()) <
           std::pair(stuck(right), right->connection_count());
  });
}

std::size_t Server::turned_away() const {
  std::size_t count = 0;
  for (const auto& each : threads_) count += each->turned_away_count();
  return count;
}

void Server::hand_out(std::unique_ptr<Transport> transport) {
  std::size_t connections = finding_room_;
  for (const auto& each : threads_) connections += each->connection_count();
  if (connections < shares_.connections) return least_busy().adopt(std::move(transport), false);
  // They take descriptors, too.
  if (finding_room_ + turned_away() >= shares_.turned_away) {
    metrics_.closed_unanswered();
    return tell_full();
  }
  ++finding_room_;
  find_room(std::move(transport), threads_with_room());
}

/// Those that may have an idle connection to close, the one with the longest idle at the end. One
/// that is stuck would not say for as long as the disk hangs, and others may have room.
std::vector<IoThread*> Server::threads_with_room() const {
  std::vector<IoThread*> threads;
  for (const auto& each : threads_) {
    if (!is_stuck(*each)) threads.push_back(each.get());
  }
  if (threads.empty()) {
    for (const auto& each : threads_) threads.push_back(each.get());
  }
  std::sort(threads.begin(), threads.end(), [](const IoThread* left, const IoThread* right) {
    return left->longest_idle_since() > right->longest_idle_since();
  });
  return threads;
}

void Server::find_room(std::unique_ptr<Transport> transport, std::vector<IoThread*> threads) {
  if (threads.empty()) return turn_away(std::move(transport));
  IoThread& next = *threads.back();
  threads.pop_back();
  next.adopt_for_idle(std::move(transport), [this, threads](std::unique_ptr<Transport> left) {
    asio::post(context_, [this, threads, left = std::move(left)]() mutable {
      if (left) return find_room(std::move(left), std::move(threads));
      --finding_room_;
      end_threads_if_drained();
    });
  });
}

void Server::turn_away(std::unique_ptr<Transport> transport) {
  --finding_room_;
  tell_full();
  least_busy().adopt(std::move(transport), true);
  end_threads_if_drained();
}

void Server::tell_full() {
  if (!full_.is_due(system_clock().now())) return;
  log_.say(LogLevel::warning,
           "connection limit %zu reached and none is idle; further connections get 503 "
           "(--max-connections)",
           shares_.connections);
}

}  // namespace rollcall::server
