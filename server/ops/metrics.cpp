#include "server/ops/metrics.hpp"

#include <algorithm>
#include <utility>

#include "server/ops/access_log.hpp"
#include "server/ops/enumerator_names.hpp"
#include "server/ops/exposition.hpp"
#include "server/ops/health.hpp"
#include "server/ops/process_figures.hpp"
#include "server/ops/server_log.hpp"
#include "storage/limits.hpp"

namespace rollcall::server {

using protocol::Problem;
using Type = Exposition::Type;

namespace {

constexpr auto problem_names = names_of<Problem, protocol::problem_count>();
constexpr auto close_reason_names = names_of<CloseReason, close_reason_count>();
constexpr auto activity_names = names_of<Activity, activity_count>();

template <class Read>
std::uint64_t sum(const std::deque<ThreadMetrics>& threads, const Read& read) {
  std::uint64_t all = 0;
  for (const ThreadMetrics& each : threads) all += read(each);
  return all;
}

std::uint64_t count_of(const std::deque<ThreadMetrics>& threads, Problem problem) {
  return sum(threads, [problem](const ThreadMetrics& each) { return each.problems(problem); });
}

/// Problems that say that there was too much of something.
constexpr std::pair<const char*, Problem> shedding[] = {
    {"write_queue", Problem::overloaded},
    {"listings", Problem::too_many_listings},
    {"uploads", Problem::uploads_full},
    {"late", Problem::came_too_late},
    {"memory", Problem::out_of_memory},
    {"memory_limit", Problem::memory_full},
    {"connections", Problem::too_many_connections},
};

}  // namespace

ThreadMetrics& Metrics::add_thread() {
  const storage::MutexLock lock(mutex_);
  return threads_.emplace_back();
}

void Metrics::serve(const storage::Store& store, std::chrono::nanoseconds time) {
  const storage::MutexLock lock(mutex_);
  store_ = &store;
  load_time_ = time;
}

void Metrics::count_access_log(const AccessLog& log) {
  const storage::MutexLock lock(mutex_);
  access_log_ = &log;
}

void Metrics::stop_serving() {
  const storage::MutexLock lock(mutex_);
  store_ = nullptr;
}

std::uint64_t Metrics::useful_connections() const {
  const storage::MutexLock lock(mutex_);
  const std::uint64_t limiting =
      sum(threads_, [](const ThreadMetrics& each) { return std::uint64_t{each.is_limiting()}; });
  const std::uint64_t most = max_connections_.value();
  if (limiting == 0) return most;
  return std::min(most,
                  sum(threads_, [](const ThreadMetrics& each) { return each.admitted_writes(); }));
}

std::string Metrics::page() const {
  Exposition page;
  {
    const storage::MutexLock lock(mutex_);
    write_answers(page);
    write_problems(page);
    write_connections(page);
    write_threads(page);
    write_store(page);
    write_log(page);
  }
  store_metrics_.write(page);
  write_program(page);
  write_process(page);
  return page.take();
}

void Metrics::write_answers(Exposition& page) const {
  page.family("http_server_request_duration_seconds", Type::histogram,
              "Time from a request's first octet to the end of the turn that answered it.");
  for (std::size_t series = 0; series < answer_series; ++series) {
    DurationHistogram::Totals totals;
    bool any = false;
    for (const ThreadMetrics& thread : threads_) {
      const DurationHistogram* const answers = thread.answers(series);
      if (answers == nullptr) continue;
      answers->add_to(totals);
      any = true;
    }
    if (!any) continue;
    const AnswerLabels labels = labels_of(series);
    const unsigned status = answer_statuses[labels.status];
    page.sample({{"http_request_method", answer_methods[labels.method]},
                 {"http_route", answer_routes[labels.route]},
                 {"http_response_status_code", status == 0 ? "_OTHER" : std::to_string(status)}},
                totals);
  }
}

void Metrics::write_problems(Exposition& page) const {
  page.family("rollcall_problems_total", Type::counter, "Error responses, by what they report.");
  for (std::size_t i = 0; i < protocol::problem_count; ++i) {
    const auto problem = static_cast<Problem>(i);
    page.sample({{"problem", problem_names[i]},
                 {"http_response_status_code", std::to_string(row(problem).status)}},
                count_of(threads_, problem));
  }
  page.family("rollcall_shed_total", Type::counter,
              "What was refused or cut because there was too much of it.");
  for (const auto& [reason, problem] : shedding) {
    page.sample({{"reason", reason}}, count_of(threads_, problem));
  }
  page.sample({{"reason", "accept_queue"}}, dropped_waiting_.value());
  page.sample({{"reason", "unanswered"}}, closed_unanswered_.value());
  for (const CloseReason reason : {CloseReason::made_room, CloseReason::crowded_out}) {
    page.sample({{"reason", close_reason_names[static_cast<std::size_t>(reason)]}},
                sum(threads_, [reason](const ThreadMetrics& each) { return each.closed(reason); }));
  }
}

void Metrics::write_connections(Exposition& page) const {
  page.family("rollcall_connections", Type::gauge,
              "Open connections, by what they do. As of the last look, which comes four times a "
              "second.");
  for (std::size_t i = 0; i < activity_count; ++i) {
    const auto activity = static_cast<Activity>(i);
    page.sample({{"state", activity_names[i]}},
                sum(threads_,
                    [activity](const ThreadMetrics& each) { return each.connections(activity); }));
  }
  page.single("rollcall_connections_limit", Type::gauge, "Connections that may be open.",
              max_connections_.value());
  page.family("rollcall_connections_closed_total", Type::counter,
              "Connections closed, by the reason.");
  for (std::size_t i = 0; i < close_reason_count; ++i) {
    const auto reason = static_cast<CloseReason>(i);
    page.sample({{"reason", close_reason_names[i]}},
                closed_early_[i].value() + sum(threads_, [reason](const ThreadMetrics& each) {
                  return each.closed(reason);
                }));
  }
}

void Metrics::write_threads(Exposition& page) const {
  DurationHistogram::Totals turns;
  for (const ThreadMetrics& thread : threads_) thread.turns().add_to(turns);
  page.single("rollcall_turn_duration_seconds", Type::histogram,
              "Time of a turn of an I/O thread: handle what is ready, commit or hand over, answer.",
              turns);
  page.single("rollcall_io_threads", Type::gauge, "I/O threads that have connections just now.",
              working_threads_.value());
  page.single("rollcall_io_threads_limit", Type::gauge, "I/O threads that may have connections.",
              std::uint64_t{threads_.size()});
  page.single("rollcall_admitted_writes", Type::gauge,
              "Writes that may wait, as the store completes so many in time; 0 with "
              "--max-queue-delay 0, or without connections.",
              sum(threads_, [](const ThreadMetrics& each) { return each.admitted_writes(); }));
  page.single(
      "rollcall_overloaded", Type::gauge, "I/O threads that get more than they answer in time.",
      sum(threads_, [](const ThreadMetrics& each) { return std::uint64_t{each.is_limiting()}; }));
}

void Metrics::write_store(Exposition& page) const {
  page.single("rollcall_load_duration_seconds", Type::gauge,
              "Time that the store took to load; 0 until it is loaded.",
              std::chrono::duration<double>(load_time_).count());
  if (store_ == nullptr) return;
  const storage::StoreFigures figures = store_->figures();
  page.single("rollcall_users", Type::gauge, "Users in the store.", figures.users);
  page.single("rollcall_idempotency_keys", Type::gauge, "Idempotency keys that are known.",
              figures.keys);
  page.single("rollcall_pending_writes", Type::gauge, "Writes that wait for their commit.",
              figures.pending_writes);
  page.single("rollcall_pending_writes_limit", Type::gauge, "Writes that may wait.",
              std::uint64_t{storage::max_pending_writes});
  page.single("rollcall_wal_bytes", Type::gauge,
              "Octets of the WAL that are not in the data file yet.", figures.wal_octets);
}

void Metrics::write_log(Exposition& page) const {
  page.family("rollcall_log_dropped_total", Type::counter,
              "Lines that are missing in the log: nobody had read enough of it.");
  page.sample({{"log", "server"}}, log_ == nullptr ? std::uint64_t{0} : log_->dropped());
  page.sample({{"log", "access"}},
              access_log_ == nullptr ? std::uint64_t{0} : access_log_->dropped());
}

void Metrics::write_program(Exposition& page) const {
  page.family("rollcall_state", Type::gauge,
              "1 for the state that the server is in, as /readyz says it.");
  const Health::State now = health_.state();
  for (const Health::State state :
       {Health::State::ready, Health::State::starting, Health::State::draining,
        Health::State::store_refuses_writes, Health::State::store_hung}) {
    page.sample({{"state", name_of(state)}}, std::uint64_t{state == now});
  }
  page.single("rollcall_memory_limit_bytes", Type::gauge,
              "Memory of the process beyond which it creates no users; 0 without a limit.",
              max_memory_.value());
  page.family("rollcall_build_info", Type::gauge, "1, labelled with what was built.");
  page.sample({{"version", ROLLCALL_VERSION}, {"compiler", __VERSION__}}, std::uint64_t{1});
}

}  // namespace rollcall::server
