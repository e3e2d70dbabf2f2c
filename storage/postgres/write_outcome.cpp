// The third part of WriteBatch: what has become of it.
#include <algorithm>
#include <unordered_set>

#include "storage/postgres/write_batch.hpp"

namespace rollcall::storage::postgres {

using Verb = WriteOperation::Verb;

/// `outcome` begins with the first id behind those that were taken. What is behind that.
std::span<const std::int64_t> WriteBatch::take_ids(std::span<const std::int64_t> outcome) {
  if (places_ == 0 || outcome.empty()) return outcome;
  const std::int64_t end = outcome.front();
  last_id_ = static_cast<UserId>(end - 1);
  for (Write& each : writes_) {
    if (each.fate != Fate::made || each.operation().verb != Verb::create) continue;
    each.token += end;
    each.operation().id = static_cast<UserId>(each.token);
  }
  places_ = 0;
  return outcome.subspan(1);
}

void WriteBatch::take(std::span<const Result> results) {
  std::unordered_set<std::int64_t> done;
  if (!results.empty() && results.back().rows() == 1) {
    const std::vector<std::int64_t> outcome = integers_of(results.back().text(0, 0));
    for (const std::int64_t each : take_ids(outcome)) done.insert(each);
  }
  if (!opened_.empty() && results.size() > 1) note_runs(results[results.size() - 2]);
  for (Write& each : writes_) {
    const WriteOperation& operation = each.operation();
    const auto id = static_cast<std::int64_t>(operation.id);
    const bool is_made = plain_ || done.contains(operation.is_change() ? id : each.token);
    each.ends = is_made || each.fate == Fate::passed ||
                (each.fate == Fate::refused && !each.rests_on_change);
    if (each.ends && each.fate != Fate::refused) note_done(each);
  }
}

std::vector<PendingWrite> WriteBatch::finish() {
  std::vector<PendingWrite> again;
  for (Write& each : writes_) {
    if (each.ends) {
      each.pending.finish(each.operation().status);
      continue;
    }
    each.operation().user = each.asked;
    each.pending.lost = true;
    again.push_back(each.pending);
  }
  writes_.clear();
  return again;
}

/// What uploads that are opened have created before, under the same key.
void WriteBatch::note_runs(const Result& result) {
  for (const Write& each : writes_) {
    if (each.operation().verb != Verb::open_upload || each.fate != Fate::made) continue;
    UploadRuns::Block runs;
    for (int row = 0; row < result.rows(); ++row) {
      if (result.integer(row, 0) != each.token) continue;
      const auto number = [&](int column) {
        return static_cast<std::uint64_t>(result.integer(row, column));
      };
      const UploadRun next{number(1), number(2), number(3), number(4)};
      UploadRun* const last = runs.empty() ? nullptr : &runs.back().run;
      if (last != nullptr && last->line + last->count == next.line &&
          last->id + last->count == next.id) {
        last->count += next.count;
        last->digest += next.digest;
      } else {
        runs.push_back({next});
      }
    }
    *each.operation().key->runs = UploadRuns(std::move(runs));
  }
}

void WriteBatch::note_done(const Write& write) {
  switch (write.operation().verb) {
    case Verb::create:
      ++added_;
      break;
    case Verb::remove:
      --added_;
      break;
    case Verb::open_upload:
      write.operation().key->upload = static_cast<std::uint64_t>(write.token);
      uploads_.opened(write.token, write.operation().key->text);
      break;
    case Verb::close_upload:
      uploads_.closed(static_cast<std::int64_t>(write.operation().key->upload));
      break;
    case Verb::replace:
      break;
  }
}

std::vector<PendingWrite> WriteBatch::take_back() {
  std::vector<PendingWrite> all;
  for (const Write& each : writes_) {
    if (each.fate != Fate::open) each.operation().user = each.asked;
    all.push_back(each.pending);
  }
  clear();
  return all;
}

void WriteBatch::finish_all(Status status) {
  for (const Write& each : writes_) {
    // Its key is free again when its lease in the database is over.
    if (each.operation().verb == Verb::close_upload) {
      uploads_.closed(static_cast<std::int64_t>(each.operation().key->upload));
    }
    each.pending.finish(status);
  }
  clear();
}

}  // namespace rollcall::storage::postgres
