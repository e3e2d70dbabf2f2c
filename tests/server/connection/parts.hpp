#pragma once

#include <string>
#include <vector>

#include "server/buffers.hpp"
#include "server/connection/exchange.hpp"
#include "server/connection/output.hpp"
#include "storage/store.hpp"

/// What the tests of a connection's parts put around them.
namespace rollcall::tests {

/// Keeps what it is told.
struct RecordingObserver final : server::AnswerObserver {
  void begins(unsigned status, protocol::Caller& caller) noexcept override {
    begun.push_back(status);
    if (!id.empty()) caller.set_id(id);
  }
  void answered(const server::AnswerRecord& record) noexcept override { records.push_back(record); }
  void turn_ends(server::Clock::time_point) noexcept override {}
  std::vector<server::AnswerRecord> records;
  std::vector<unsigned> begun;
  std::string id;  ///< What requests are called; nothing if it is empty.
};

/// Takes what is written.
struct Sink final : server::Transport {
  int descriptor() const noexcept override { return -1; }
  server::Readiness on_ready(std::uint32_t) noexcept override { return {}; }
  Result read(char*, std::size_t) noexcept override { return {0, Outcome::wait}; }
  Result write(std::string_view octets) noexcept override {
    if (broken) return {0, Outcome::broken};
    if (room == 0) return {0, Outcome::wait};
    const std::size_t taken = std::min(room, octets.size());
    text.append(octets.substr(0, taken));
    room -= taken;
    return {taken, Outcome::again};
  }
  void shutdown() noexcept override {}
  bool is_delivered() const noexcept override { return true; }
  void close(Close) noexcept override {}

  std::string text;
  std::size_t room = 10'000'000;
  bool broken = false;
};

/// An output whose octets can be looked at.
struct Written {
  server::Buffers buffers;
  RecordingObserver recording;
  server::AnswerHooks hooks{&recording, nullptr};
  server::Output output{buffers, hooks};
  Sink sink;

  std::string take() {
    output.send(sink);
    return std::exchange(sink.text, {});
  }
};

/// Keeps what it is asked for until the test completes it.
struct WaitingSession final : storage::Session {
  void write(storage::WriteOperation& operation) noexcept override { writes.push_back(&operation); }
  void find(storage::FindOperation& operation) noexcept override { finds.push_back(&operation); }
  void list(storage::ListOperation& operation) noexcept override { lists.push_back(&operation); }
  void export_next(storage::ExportOperation& operation) noexcept override {
    exports.push_back(&operation);
  }
  bool end_turn() noexcept override { return false; }
  void tick(std::chrono::steady_clock::time_point) noexcept override {}
  void deliver() noexcept override {}

  std::vector<storage::WriteOperation*> writes;
  std::vector<storage::FindOperation*> finds;
  std::vector<storage::ListOperation*> lists;
  std::vector<storage::ExportOperation*> exports;
};

struct CountingOwner final : server::ExchangeOwner {
  void on_done() override { ++done; }
  int done = 0;
};

}  // namespace rollcall::tests
