#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tests/support/driven_server.hpp"

/// What the tests of whole connections share: a network in memory, a clock that is set, and a store
/// that answers when it is told.
namespace rollcall::server {

using std::chrono::milliseconds;
using tests::DrivenServer;

/// A store across a network, as it were: each verb is completed later, in the order that the test
/// chooses, when the owner's thread asks for what is delivered.
class SlowStore final : public storage::Store {
 public:
  std::unique_ptr<storage::Session> open_session(storage::SessionOwner& owner) override {
    return std::make_unique<SlowSession>(*this, owner);
  }
  std::uint64_t size() const noexcept override { return 0; }
  storage::Status health() const noexcept override { return storage::Status::ok; }
  bool close(std::string&) noexcept override { return true; }

  /// How many verbs wait here.
  std::size_t waiting() const { return creates_.size() + finds_.size(); }
  /// Completes the create that has waited longest, or the one that came last.
  void finish_create(bool newest) {
    storage::WriteOperation* const operation = newest ? creates_.back() : creates_.front();
    newest ? creates_.pop_back() : creates_.pop_front();
    session_->completes();
    operation->id = ++last_id_;
    operation->status = storage::Status::ok;
    owner_->completed(*operation);
  }
  void set_room(bool room) { room_ = room; }
  std::function<void()> on_end_turn;  ///< When a turn would commit, once.
  void finish_find() {
    finds_.front()->status = storage::Status::not_found;
    owner_->completed(*finds_.front());
    finds_.pop_front();
  }

 private:
  class SlowSession final : public storage::Session {
   public:
    SlowSession(SlowStore& store, storage::SessionOwner& owner) : store_(store) {
      store.owner_ = &owner;
      store.session_ = this;
    }
    void write(storage::WriteOperation& operation) noexcept override {
      ++pending_writes_;
      store_.creates_.push_back(&operation);
    }
    void completes() noexcept {
      --pending_writes_;
      ++completed_writes_;
    }
    void find(storage::FindOperation& operation) noexcept override {
      store_.finds_.push_back(&operation);
    }
    void list(storage::ListOperation& operation) noexcept override {
      store_.owner_->completed(operation);
    }
    void export_next(storage::ExportOperation& operation) noexcept override {
      operation.end = true;
      store_.owner_->completed(operation);
    }
    bool has_room() const noexcept override { return store_.room_; }
    bool end_turn() noexcept override {
      if (store_.on_end_turn) std::exchange(store_.on_end_turn, nullptr)();
      return false;
    }
    void tick(std::chrono::steady_clock::time_point) noexcept override {}
    void deliver() noexcept override {}

   private:
    SlowStore& store_;
  };

  bool room_ = true;
  storage::SessionOwner* owner_ = nullptr;
  SlowSession* session_ = nullptr;
  storage::UserId last_id_ = 0;
  std::deque<storage::WriteOperation*> creates_;
  std::deque<storage::FindOperation*> finds_;
};

inline Timeouts short_timeouts() {
  return {milliseconds(300), milliseconds(300), milliseconds(300), milliseconds(600),
          milliseconds(300)};
}

/// A server over a store, and the client's end of one connection to it.
template <class StoreType>
struct Served : DrivenServer {
  explicit Served(const Timeouts& timeouts = {}) : Served(std::make_unique<StoreType>(), timeouts) {
    connect();
  }

  std::string sent() { return sockets().front().sent(); }

 private:
  Served(std::unique_ptr<StoreType> of, const Timeouts& timeouts)
      : DrivenServer(*of, timeouts), own_store_(std::move(of)), store(*own_store_) {}

  std::unique_ptr<StoreType> own_store_;

 public:
  StoreType& store;
};

inline std::string create(const std::string& name, const std::string& fields = "") {
  const std::string body = R"({"last-name":")" + name + R"(","first-name":"B","email":"a@b.c"})";
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
  return found;
}

inline constexpr const char* get = "GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n";
inline const std::string line = "{\"last-name\":\"A\",\"first-name\":\"B\",\"email\":\"a@b.c\"}\n";

inline constexpr const char* early = "Prefer: answer=early\r\n";

inline std::string upload_head(std::size_t octets, const std::string& fields = "") {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n" + fields +
         "Content-Length: " + std::to_string(octets) + "\r\n\r\n";
}

}  // namespace rollcall::server
