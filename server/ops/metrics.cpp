#include "server/ops/metrics.hpp"

#include "server/ops/exposition.hpp"

namespace rollcall::server {

using Type = Exposition::Type;

ThreadMetrics& Metrics::add_thread() {
  const storage::MutexLock lock(mutex_);
  return threads_.emplace_back();
}

std::string Metrics::page() const {
  Exposition page;
  const storage::MutexLock lock(mutex_);
  write_answers(page);
  write_threads(page);
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

void Metrics::write_threads(Exposition& page) const {
  DurationHistogram::Totals turns;
  for (const ThreadMetrics& thread : threads_) thread.turns().add_to(turns);
  page.single("rollcall_turn_duration_seconds", Type::histogram,
              "Time of a turn of an I/O thread: read what is ready, commit or hand over, answer.",
              turns);
}

}  // namespace rollcall::server
