#include "server/connection/upload.hpp"

#include "protocol/json/line_answer.hpp"
#include "server/connection/status_problem.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

using protocol::LineWriter;
using protocol::OutputBuffer;
using protocol::Problem;

Upload::Upload(const Means& means, const RequestFacts& request, const protocol::Preferences& asked)
    : means_(means),
      early_(asked.early == protocol::Preferences::Said::yes),
      minimal_(asked.minimal == protocol::Preferences::Said::yes),
      answer_{request},
      results_(means.result_octets) {}

void Upload::finish() {
  // The last line may have no line feed.
  lines_.finish(*this);
  stage_ = Stage::ended;
}

void Upload::break_off(Problem why) noexcept {
  stage_ = Stage::broken;
  why_broken_ = why;
}

void Upload::on_user(std::uint64_t line, const storage::UserView& user) {
  Exchange& exchange = means_.exchanges.take(means_.owner, answer_.request);
  Line& creation = exchange.become<Line>();
  creation.number = line;
  creation.text.assign(user);
  creation.user = creation.text.view();
  means_.queue.push(exchange);
  means_.session.write(creation);
}

void Upload::on_bad_line(std::uint64_t line, Problem problem, const protocol::UserReader& reader) {
  Exchange& exchange = means_.exchanges.take(means_.owner, answer_.request);
  BadLine& bad = exchange.become<BadLine>();
  bad.number = line;
  bad.problem = problem;
  if (problem == Problem::invalid_user) bad.faults = reader.faults();
  exchange.stage = Exchange::Stage::done;
  means_.queue.push(exchange);
  means_.owner.on_done();
}

std::optional<Problem> Upload::full() const noexcept {
  if (results_.runs() >= max_upload_runs) return Problem::too_many_results;
  const bool small = results_.octets() <= small_upload_result_octets;
  if (!small && means_.result_octets >= max_upload_result_octets) return Problem::uploads_full;
  return std::nullopt;
}

void Upload::settle_lines(Output& output) {
  output.part(answer_, [&](OutputBuffer& into) {
    LineWriter lines(into, request().http11);
    while (const Exchange* const front = means_.queue.done_front()) {
      if (!front->is_line()) break;
      Exchange& exchange = means_.queue.pop();
      settle(exchange, lines);
      means_.exchanges.give_back(exchange);
    }
    lines.end();
  });
}

void Upload::settle(const Exchange& exchange, LineWriter& lines) {
  const auto refuse = [&](std::uint64_t line, Problem problem, const protocol::Faults& faults) {
    if (!early_) return results_.refused(line, {problem, faults});
    ++counts_.refused;
    lines.problem(line, problem, {"", &faults, nullptr});
  };
  if (const auto* const bad = std::get_if<BadLine>(&exchange.what)) {
    return refuse(bad->number, bad->problem, bad->faults);
  }
  const Line& line = std::get<Line>(exchange.what);
  if (line.status != storage::Status::ok) return refuse(line.number, to_problem(line.status), {});
  if (!early_) return results_.created(line.number, line.id);
  ++counts_.created;
  if (!minimal_) lines.created(line.number, line.id);
}

std::unique_ptr<UploadReport> Upload::report(bool keep_alive) {
  UploadAnswer answer{minimal_, lines_.count()};
  if (stage_ == Stage::broken) answer.why_broken = why_broken_;
  RequestFacts request = answer_.request;
  request.keep_alive = keep_alive;
  return std::make_unique<UploadReport>(std::move(results_), request, answer);
}

void Upload::begin_answer(Output& output, const protocol::AnswerContext& context) {
  if (std::exchange(begun_, true)) return;
  const char* const fields = UploadAnswer{minimal_}.fields(true);
  const protocol::StreamHead head{request().http11, std::nullopt, fields};
  output.part(answer_, [&](OutputBuffer& into) { write_stream_head(into, head, context); });
}

void Upload::write_end(Output& output) {
  const bool whole = stage_ == Stage::ended;
  counts_.lines = lines_.count();
  output.part(answer_, [&](OutputBuffer& into) {
    LineWriter lines(into, request().http11);
    if (minimal_) lines.summary(counts_);
    if (!whole) lines.problem(0, why_broken_, {});
    lines.end();
    if (whole) protocol::write_stream_end(into, request().http11);
  });
  output.end(answer_, whole);
}

void Upload::abandon(Output& output) const noexcept {
  if (begun_) output.end(answer_, false);
}

}  // namespace rollcall::server
