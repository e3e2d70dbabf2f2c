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

void Upload::opened(UploadKey& key) {
  key_ = key.idempotency_key.upload;
  replayed_ = !key.runs.empty();
  known_ = KnownLines(std::move(key.runs));
  stage_ = Stage::reading;
}

void Upload::finish() {
  // The last line may have no line feed.
  lines_.finish(*this);
  known_.finish();
  stage_ = Stage::ended;
}

void Upload::break_off(Problem why) noexcept {
  stage_ = Stage::broken;
  why_broken_ = why;
}

void Upload::on_user(std::uint64_t line, const storage::UserView& user) {
  if (known_.differs()) return;
  const std::optional<storage::UserId> id = known_.on_user(line, user);
  if (known_.differs()) return;
  if (!id) return pass_on(line, user);
  // The id of a line is told when the whole run is found to be the same, unless its client asked
  // for answers as it goes.
  const storage::UploadRun* const run = known_.whole_run();
  if (early_) {
    tell_known(line, 1, *id);
  } else if (run != nullptr) {
    tell_known(run->line, run->count, run->id);
  }
}

void Upload::tell_known(std::uint64_t line, std::uint64_t count, storage::UserId id) {
  Exchange& exchange = means_.exchanges.take(means_.owner, answer_.request);
  KnownRun& run = exchange.become<KnownRun>();
  run.number = line;
  run.count = count;
  run.id = id;
  exchange.stage = Exchange::Stage::done;
  means_.queue.push(exchange);
  means_.owner.on_done();
}

void Upload::pass_on(std::uint64_t line, const storage::UserView& user) {
  Exchange& exchange = means_.exchanges.take(means_.owner, answer_.request);
  Line& creation = exchange.become<Line>();
  creation.number = line;
  if (key_ != 0) {
    creation.idempotency_key.upload = key_;
    creation.idempotency_key.line = line;
    creation.key = &creation.idempotency_key;
  }
  creation.text.assign(user);
  creation.user = creation.text.view();
  means_.queue.push(exchange);
  means_.session.write(creation);
}

void Upload::on_bad_line(std::uint64_t line, Problem problem, const protocol::UserReader& reader) {
  known_.on_bad_line(line);
  if (known_.differs()) return;
  Exchange& exchange = means_.exchanges.take(means_.owner, answer_.request);
  BadLine& bad = exchange.become<BadLine>();
  bad.number = line;
  bad.problem = problem;
  if (problem == Problem::invalid_user) bad.faults = reader.faults();
  exchange.stage = Exchange::Stage::done;
  means_.queue.push(exchange);
  means_.owner.on_done();
}

std::optional<Problem> Upload::obstacle() const noexcept {
  if (differs()) return Problem::key_reused;
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
  if (const auto* const run = std::get_if<KnownRun>(&exchange.what)) {
    return created(run->number, run->id, run->count, lines);
  }
  const Line& line = std::get<Line>(exchange.what);
  if (line.status != storage::Status::ok) return refuse(line.number, to_problem(line.status), {});
  created(line.number, line.id, 1, lines);
}

void Upload::created(std::uint64_t line, storage::UserId id, std::uint64_t count,
                     LineWriter& lines) {
  if (!early_) return results_.created(line, id, count);
  counts_.created += count;
  if (!minimal_) lines.created(line, id);
}

std::unique_ptr<UploadReport> Upload::report(bool keep_alive) {
  UploadAnswer answer{minimal_, lines_.count(), replayed_};
  if (stage_ == Stage::broken) answer.why_broken = why_broken_;
  RequestFacts request = answer_.request;
  request.keep_alive = keep_alive;
  return std::make_unique<UploadReport>(std::move(results_), request, answer);
}

void Upload::begin_answer(Output& output, const protocol::AnswerContext& context) {
  if (std::exchange(begun_, true)) return;
  const std::string fields = UploadAnswer{.minimal = minimal_, .replayed = replayed_}.fields(true);
  const protocol::StreamHead head{request().http11, std::nullopt, fields.c_str()};
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
