#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/events.hpp"

namespace rollcall::storage {

/// Notes the events of a store that one thread uses.
class RecordingEvents final : public Events {
 public:
  void created(const std::string& path) noexcept override { all.push_back("created " + path); }
  void unfinished_dropped(const std::string&, std::uint64_t frames) noexcept override {
    all.push_back("unfinished frames dropped: " + std::to_string(frames));
  }
  void open_to_others(const std::string& path, unsigned mode) noexcept override {
    all.push_back("open to others: " + path + " " + std::to_string(mode));
  }
  void recovered(const std::string&, std::uint64_t frames) noexcept override {
    all.push_back("recovered: " + std::to_string(frames));
  }
  void upgraded(const std::string&, const std::string& copy) noexcept override {
    all.push_back("upgraded, copy: " + copy);
  }
  void commits_weakly(const std::string& setting) noexcept override {
    all.push_back("commits weakly: " + setting);
  }
  void writes_stopped(Status, const std::string& reason) noexcept override {
    all.push_back("writes stopped: " + reason);
  }
  void writes_resumed() noexcept override { all.emplace_back("writes resumed"); }
  void checkpoint_failed(const std::string& reason) noexcept override {
    all.push_back("checkpoint failed: " + reason);
  }
  void wal_is_large(std::uint64_t octets) noexcept override {
    all.push_back("WAL is large: " + std::to_string(octets));
  }
  void wal_is_copied() noexcept override { all.emplace_back("WAL is copied"); }
  void keys_dropped_early(std::size_t most) noexcept override {
    all.push_back("keys dropped early: " + std::to_string(most));
  }
  void out_of_memory() noexcept override { all.emplace_back("out of memory"); }

  void committed(const CommitFacts& facts) noexcept override {
    commits.push_back(facts);
    if (on_commit) on_commit(facts);
  }

  /// On the thread that commits.
  std::function<void(const CommitFacts&)> on_commit;
  std::vector<std::string> all;
  std::vector<CommitFacts> commits;
};

}  // namespace rollcall::storage
