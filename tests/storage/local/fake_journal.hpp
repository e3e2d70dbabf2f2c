#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "storage/local/group_commit.hpp"
#include "tests/storage/recording_events.hpp"

namespace rollcall::storage {

/// A journal in memory that ends as it is told.
class FakeJournal final : public Journal {
 public:
  Status commit(const WriteOperation* first, const KeyChanges& keys) noexcept override {
    forget = keys.forget_through;
    runs.assign(keys.runs.begin(), keys.runs.end());
    if (next_status == Status::ok) {
      std::size_t size = 0;
      for (; first != nullptr; first = first->next) ++size;
      batches.push_back(size);
    }
    ++commits;
    if (on_commit) std::exchange(on_commit, nullptr)();
    return next_status;
  }
  Status maintain(std::chrono::nanoseconds) noexcept override {
    if (on_maintain) std::exchange(on_maintain, nullptr)();
    return upkeep;
  }
  void note_key_time(std::int64_t seconds) noexcept override { key_time = seconds; }
  std::uint64_t wal_octets() const noexcept override { return octets; }
  std::chrono::nanoseconds take_sync_time() noexcept override { return sync_time; }
  Status look() noexcept override {
    ++looks;
    if (on_look) std::exchange(on_look, nullptr)();
    return found;
  }
  bool close(std::string&) noexcept override { return true; }
  const std::string& last_error() const noexcept override { return reason; }

  Status next_status = Status::ok;
  Status upkeep = Status::ok;
  Status found = Status::ok;
  int looks = 0;
  std::int64_t key_time = 0;
  std::uint64_t octets = 0;
  std::chrono::nanoseconds sync_time{7};
  std::vector<std::size_t> batches;
  int commits = 0;
  std::uint64_t forget = 0;
  std::vector<StoredKey> runs;  ///< Of the latest commit.
  std::string reason = "because the test says so";
  std::function<void()> on_commit;
  std::function<void()> on_look;
  std::function<void()> on_maintain;
};

struct FakeOwner : BatchOwner {
  void finished(const Batch& batch) noexcept override {
    for (const WriteOperation* each = batch.first; each != nullptr; each = each->next) {
      statuses.push_back(each->status);
      ids.push_back(each->id);
    }
  }
  void lead_next() noexcept override {
    ++asked_to_lead;
    if (on_lead_next) on_lead_next();
  }

  Batch gather(std::size_t count) {
    Batch batch;
    for (std::size_t i = 0; i < count; ++i) {
      operations.emplace_back().user = {"A", "B", "a@b.c"};
      batch.append(operations.back());
    }
    return batch;
  }

  std::deque<WriteOperation> operations;
  std::vector<Status> statuses;
  std::vector<UserId> ids;
  int asked_to_lead = 0;
  std::function<void()> on_lead_next;
};

/// What a committer needs, around a FakeJournal.
struct Committing {
  FakeJournal journal;
  Table table;
  RecordingEvents events;
  Decider decider{table, {}, events};
  CommitRound round{journal, table, decider, 10, events};
  std::unique_ptr<Committer> committer = make_committer(round, CommitBy::turn);
};

}  // namespace rollcall::storage
