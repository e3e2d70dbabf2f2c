#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/io_thread.hpp"
#include "storage/local/memory_store.hpp"
#include "storage/store.hpp"
#include "tests/support/fake_kernel.hpp"

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

/// The server's own connection and I/O thread over FakeKernel, turned by hand: no socket, no thread
/// and no clock decide what comes of the octets.
class DrivenServer {
 public:
  explicit DrivenServer(storage::Store& store);

  /// A new connection; see FakeSocket. It is the one meant by what follows.
  void connect(std::size_t send_octets = 1'000'000);
  FakeSocket& socket() { return fake_kernel().at(socket_); }
  /// The client's octets arrive, and turns are taken until there is nothing to do.
  void arrive(std::string_view octets);
  /// One more turn, for a store that completes later.
  void take_turn();
  /// The client sends no more.
  void finish();

  server::IoThread& thread() noexcept { return thread_; }

 private:
  server::IoThread thread_;
  int socket_ = -1;
};

/// How a run's octets come in and its answers go out.
struct Manner {
  std::vector<std::string_view> pieces;
  std::size_t send_octets = 1'000'000;  ///< What a send takes before it wants another event.
  int store_turns = 0;                  ///< Until the store completes a verb.
};

/// A DrivenServer with a TurnStore.
class TurnServer {
 public:
  explicit TurnServer(const storage::StoreRules& rules = {}) : store_(rules) {}

  /// All that is sent in answer to what comes in, on a connection and a store of its own, until the
  /// client has finished and the server has closed the connection. Ends the process with a finding
  /// if it has not.
  std::string run(const Manner& manner);

 private:
  void settle();

  TurnStore store_;
  DrivenServer server_{store_};
};

/// `all` without interim answers, and with the length of what came in chunks in their place:
/// whether 100 is sent, and what goes together, depends on what has come (RFC 9110, 10.1.1).
std::string final_answers(std::string all);

}  // namespace rollcall::tests
