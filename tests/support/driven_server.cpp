#include "tests/support/driven_server.hpp"

#include <algorithm>
#include <utility>

#include "tests/support/finding.hpp"

namespace rollcall::tests {

class TurnStore::TurnSession final : public storage::Session, private storage::SessionOwner {
 public:
  TurnSession(TurnStore& store, storage::SessionOwner& owner) : store_(store), owner_(owner) {}

  void write(storage::WriteOperation& operation) noexcept override {
    later([this, &operation] { users().write(operation); });
  }
  void find(storage::FindOperation& operation) noexcept override {
    later([this, &operation] { users().find(operation); });
  }
  void list(storage::ListOperation& operation) noexcept override {
    later([this, &operation] { users().list(operation); });
  }
  void export_next(storage::ExportOperation& operation) noexcept override {
    later([this, &operation] { users().export_next(operation); });
  }
  bool end_turn() noexcept override {
    for (auto& each : store_.waiting_) --each.turns;
    while (!store_.waiting_.empty() && store_.waiting_.front().turns < 0) {
      const Waiting next = std::move(store_.waiting_.front());
      store_.waiting_.pop_front();
      next.complete();
    }
    return users().end_turn();
  }
  bool has_room() const noexcept override { return store_.waiting_.size() < store_.room_; }
  void tick(std::chrono::steady_clock::time_point now) noexcept override { users().tick(now); }
  void deliver() noexcept override {}

 private:
  template <class Complete>
  void later(Complete complete) {
    store_.waiting_.push_back({store_.delay_turns_, complete});
  }
  /// The session with the users of this run.
  storage::Session& users() {
    if (run_ != store_.run_) {
      session_ = store_.users_->open_session(*this);
      run_ = store_.run_;
    }
    return *session_;
  }

  void completed(storage::WriteOperation& operation) noexcept override {
    owner_.completed(operation);
  }
  void completed(storage::FindOperation& operation) noexcept override {
    owner_.completed(operation);
  }
  void completed(storage::ListOperation& operation) noexcept override {
    owner_.completed(operation);
  }
  void completed(storage::ExportOperation& operation) noexcept override {
    owner_.completed(operation);
  }
  void wake() noexcept override { owner_.wake(); }

  TurnStore& store_;
  storage::SessionOwner& owner_;
  std::unique_ptr<storage::Session> session_;
  int run_ = 0;
};

void TurnStore::reset(int delay_turns) {
  // The session of the run before refers to its users until the next verb.
  old_users_ = std::exchange(users_, std::make_unique<storage::MemoryStore>(rules_));
  ++run_;
  delay_turns_ = delay_turns;
}

std::unique_ptr<storage::Session> TurnStore::open_session(storage::SessionOwner& owner) {
  return std::make_unique<TurnSession>(*this, owner);
}

DrivenServer::DrivenServer(storage::Store& store, const server::Timeouts& timeouts,
                           server::AnswerObserver* observer, const protocol::Site* site,
                           const server::MemoryWatch* memory)
    : thread_(store, timeouts,
              {.ready_set = &network_,
               .clock = &clock_,
               .observer = observer,
               .site = site,
               .memory = memory}) {
  thread_.open_session();
}

void DrivenServer::connect(std::size_t write_octets, bool turned_away) {
  thread_.add(network_.open(write_octets), turned_away);
}

void DrivenServer::arrive(std::string_view octets) {
  socket().arrive(octets);
  take_turn();
}

void DrivenServer::take_turn() {
  do {
    while (thread_.take_turn()) {
    }
    thread_.end_turn();
    // What the store has completed may let a connection go on.
  } while (thread_.take_turn());
}

void DrivenServer::finish() {
  socket().finish();
  take_turn();
}

void DrivenServer::pass(std::chrono::milliseconds time) {
  for (std::chrono::milliseconds passed{0}; passed < time; passed += server::tick) {
    clock_.advance(std::min(server::tick, time - passed));
    thread_.tick_now();
    take_turn();
  }
}

void TurnServer::settle() {
  do {
    server_.take_turn();
  } while (!store_.idle());
}

std::string TurnServer::run(const Manner& manner) {
  server_.clear();
  store_.reset(manner.store_turns);
  server_.connect(manner.write_octets);
  for (const std::string_view piece : manner.pieces) {
    server_.arrive(piece);
    settle();
  }
  server_.finish();
  settle();
  require(server_.socket().closed(), "a connection whose client is gone is not closed");
  require(server_.thread().connection_count() == 0, "a closed connection is still counted");
  return server_.socket().sent();
}

namespace {

/// Takes the chunks at `at`, each of eight digits of size, out of `all`; what they held.
std::string take_chunks(std::string& all, std::size_t at) {
  std::string body;
  std::size_t end = at;
  for (;;) {
    const std::size_t line = all.find("\r\n", end);
    // The answer to HEAD has none, and one that was broken off has no last one.
    if (line == all.npos || (line - end != 8 && all.substr(end, line - end) != "0")) break;
    const std::size_t size = std::stoul(all.substr(end, line - end), nullptr, 16);
    body += all.substr(line + 2, size);
    end = line + 2 + size + 2;
    if (size == 0) break;
  }
  all.erase(at, end - at);
  return body;
}

}  // namespace

std::string final_answers(std::string all) {
  constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
  for (std::size_t at = 0; (at = all.find(interim, at)) != all.npos;) all.erase(at, interim.size());
  constexpr std::string_view chunked = "Transfer-Encoding: chunked\r\n";
  for (std::size_t at = 0; (at = all.find(chunked, at)) != all.npos;) {
    const std::size_t begin = all.find("\r\n\r\n", at) + 4;
    const std::string body = take_chunks(all, begin);
    all.insert(begin, body);
    all.replace(at, chunked.size(), "Content-Length: " + std::to_string(body.size()) + "\r\n");
  }
  return all;
}

}  // namespace rollcall::tests
