#include "server/ops/health.hpp"

#include "server/connection/status_problem.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

void Health::serve(const storage::Store& store) noexcept {
  store_.store(&store, std::memory_order_release);
}

void Health::look(const Signs& worst, Clock::time_point now) noexcept {
  const auto hangs = [now](Clock::time_point since) {
    return since < now && now - since > store_hung_time;
  };
  hung_.store(hangs(worst.turned) || hangs(worst.writes_wait_since), std::memory_order_relaxed);
}

Health::Found Health::find() const noexcept {
  const storage::Store* const store = store_.load(std::memory_order_acquire);
  const bool draining = draining_.load(std::memory_order_relaxed);
  if (draining) return {State::draining, storage::Status::ok};
  if (store == nullptr) return {State::starting, storage::Status::ok};
  // What passes by itself is no reason to send no traffic, which alone would find it passed.
  const storage::Status status = store->health();
  // Another instance may reach the database that this one does not.
  if (is_lasting(status) || status == storage::Status::unavailable) {
    return {State::store_refuses_writes, status};
  }
  return {hung_.load(std::memory_order_relaxed) ? State::store_hung : State::ready,
          storage::Status::ok};
}

Health::State Health::state() const noexcept { return find().state; }

std::optional<protocol::Problem> Health::problem() const noexcept {
  const Found found = find();
  switch (found.state) {
    case State::ready:
      break;
    case State::starting:
      return protocol::Problem::starting;
    case State::draining:
      return protocol::Problem::draining;
    case State::store_refuses_writes:
      return to_problem(found.store);
    case State::store_hung:
      return protocol::Problem::storage_hung;
  }
  return std::nullopt;
}

const char* Health::reason() const noexcept {
  const std::optional<protocol::Problem> found = problem();
  return found ? row(*found).detail : "ready";
}

const char* name_of(Health::State state) noexcept {
  switch (state) {
    case Health::State::starting:
      return "starting";
    case Health::State::ready:
      return "ready";
    case Health::State::draining:
      return "draining";
    case Health::State::store_refuses_writes:
      return "store_refuses_writes";
    case Health::State::store_hung:
      return "store_hung";
  }
  return "";
}

}  // namespace rollcall::server
