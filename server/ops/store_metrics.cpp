#include "server/ops/store_metrics.hpp"

#include "server/ops/enumerator_names.hpp"
#include "server/ops/exposition.hpp"

namespace rollcall::server {

using storage::Status;
using Type = Exposition::Type;

namespace {

constexpr auto status_names = names_of<Status, storage::status_count>();

}  // namespace

void StoreMetrics::committed(const storage::CommitFacts& facts) noexcept {
  if (facts.status != Status::ok) {
    failures_[static_cast<std::size_t>(facts.status)].add(1);
    return;
  }
  const bool by_thread = facts.by == storage::CommitBy::thread;
  (by_thread ? commits_by_thread_ : commits_by_turn_).add(facts.time, 1);
  syncs_.add(facts.sync_time, 1);
  writes_.add(facts.writes, 1);
  if (facts.held.count() > 0) held_.add(facts.held, 1);
}

void StoreMetrics::writes_stopped(Status status) noexcept {
  stops_[static_cast<std::size_t>(status)].add(1);
}

void StoreMetrics::write(Exposition& page) const {
  const auto totals = [](const auto& histogram) {
    typename std::remove_cvref_t<decltype(histogram)>::Totals all;
    histogram.add_to(all);
    return all;
  };
  page.family("rollcall_commit_duration_seconds", Type::histogram,
              "Time of a commit, its sync included, by who commits: an I/O thread in its turn, or "
              "a dedicated thread.");
  page.sample({{"by", "turn"}}, totals(commits_by_turn_));
  page.sample({{"by", "thread"}}, totals(commits_by_thread_));
  page.single("rollcall_sync_duration_seconds", Type::histogram,
              "Time that a commit waited for the disk (fdatasync).", totals(syncs_));
  page.single("rollcall_commit_writes", Type::histogram, "Writes that one commit made durable.",
              totals(writes_));
  page.single("rollcall_linger_duration_seconds", Type::histogram,
              "Time that a commit was held back so that more writes could join it "
              "(--max-linger); only those that were.",
              totals(held_));
  const auto by_reason = [&page](const PerStatus& counters) {
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const bool failed = outcome_of(static_cast<Status>(i)) == storage::Outcome::not_done;
      if (failed) page.sample({{"reason", status_names[i]}}, counters[i].value());
    }
  };
  page.family("rollcall_commit_failures_total", Type::counter,
              "Commits that failed: their writes were answered with 503.");
  by_reason(failures_);
  page.family("rollcall_writes_stopped_total", Type::counter, "How often writes began to fail.");
  by_reason(stops_);
  page.single("rollcall_checkpoint_failures_total", Type::counter,
              "Checkpoints that failed, the first time or after one that succeeded.",
              checkpoints_failed_.value());
}

}  // namespace rollcall::server
