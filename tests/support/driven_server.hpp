#pragma once

#include <chrono>
#include <ctime>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/clock.hpp"
#include "server/io_thread.hpp"
#include "storage/local/memory_store.hpp"
#include "storage/store.hpp"
#include "tests/support/memory_network.hpp"

namespace rollcall::tests {

/// Users of one run. A verb is completed at the end of the turn, or some turns later.
class TurnStore final : public storage::Store {
 public:
  explicit TurnStore(const storage::StoreRules& rules = {}) : rules_(rules) {}
  void reset(int delay_turns);
  /// So many verbs may wait before a session has no room. There is room without end otherwise.
  void set_room(std::size_t verbs) noexcept { room_ = verbs; }
  bool idle() const noexcept { return waiting_.empty(); }

  std::unique_ptr<storage::Session> open_session(storage::SessionOwner& owner) override;
  std::uint64_t size() const noexcept override { return users_->size(); }
  storage::Status health() const noexcept override { return storage::Status::ok; }
  bool close(std::string&) noexcept override { return true; }

 private:
  class TurnSession;
  struct Waiting {
    int turns;
    std::function<void()> complete;
  };

  const storage::StoreRules rules_;
  std::unique_ptr<storage::MemoryStore> users_ = std::make_unique<storage::MemoryStore>(rules_);
  std::unique_ptr<storage::MemoryStore> old_users_;
  int run_ = 1;
  std::deque<Waiting> waiting_;
  int delay_turns_ = 0;
  std::size_t room_ = static_cast<std::size_t>(-1);
};

/// A clock that stands until it is set.
class ManualClock final : public server::Clock {
 public:
  time_point now() const noexcept override { return now_; }
  /// The Date field must not depend on when a test runs.
  std::time_t date() const noexcept override { return 784'111'777; }
  void advance(std::chrono::milliseconds time) noexcept { now_ += time; }

 private:
  time_point now_{std::chrono::hours(1)};
};

/// The server's own connections and I/O thread over a MemoryNetwork, turned by hand: no socket, no
/// thread and no clock decide what comes of the octets.
class DrivenServer {
 public:
  explicit DrivenServer(storage::Store& store, const server::Timeouts& timeouts = {},
                        server::AnswerObserver* observer = nullptr,
                        const protocol::Site* site = nullptr,
                        const server::MemoryWatch* memory = nullptr);

  /// A new connection; see MemorySocket. It is the one meant by what follows.
  void connect(std::size_t write_octets = 1'000'000, bool turned_away = false);
  /// The server's end of a new connection that it has not taken over.
  std::unique_ptr<server::Transport> open() { return network_.open(1'000'000); }
  MemorySocket& socket() { return network_.sockets().back(); }
  std::deque<MemorySocket>& sockets() { return network_.sockets(); }
  const NetworkCalls& calls() const { return network_.calls(); }
  /// Forgets the connections, which are closed.
  void clear() { network_.clear(); }
  /// The client's octets arrive, and turns are taken until there is nothing to do.
  void arrive(std::string_view octets);
  /// One more turn, for a store that completes later.
  void take_turn();
  /// The client sends no more.
  void finish();
  /// So much time passes, in steps of a tick.
  void pass(std::chrono::milliseconds time);

  server::IoThread& thread() noexcept { return thread_; }

 private:
  MemoryNetwork network_;
  ManualClock clock_;
  server::IoThread thread_;
};

/// How a run's octets come in and its answers go out.
struct Manner {
  std::vector<std::string_view> pieces;
  std::size_t write_octets = 1'000'000;  ///< What a write takes before it wants another event.
  int store_turns = 0;                   ///< Until the store completes a verb.
};

/// A DrivenServer with a TurnStore.
class TurnServer {
 public:
  explicit TurnServer(const storage::StoreRules& rules = {}, const protocol::Site* site = nullptr)
      : store_(rules), server_(store_, {}, nullptr, site) {}

  /// All that is sent in answer to what comes in, on a connection and a store of its own, until the
  /// client has finished and the server has closed the connection. Ends the process with a finding
  /// if it has not.
  std::string run(const Manner& manner);

 private:
  void settle();

  TurnStore store_;
  DrivenServer server_;
};

/// `all` without interim answers, and with the length of what came in chunks in their place:
/// whether 100 is sent, and what goes together, depends on what has come (RFC 9110, 10.1.1).
std::string final_answers(std::string all);

}  // namespace rollcall::tests
