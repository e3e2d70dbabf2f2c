#include "server/connection/upload.hpp"

#include "protocol/json/line_answer.hpp"
#include "server/connection/status_problem.hpp"

namespace rollcall::server {

using protocol::LineWriter;
using protocol::OutputBuffer;
using protocol::Problem;

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

void Upload::write_head(Output& output, const protocol::AnswerContext& context) {
  output.part(answer_, [&](OutputBuffer& into) { write_stream_head(into, chunked(), context); });
}

void Upload::write_lines(Output& output) {
  output.part(answer_, [&](OutputBuffer& into) {
    LineWriter lines(into, chunked());
    while (const Exchange* const front = means_.queue.done_front()) {
      if (!front->is_line()) break;
      Exchange& exchange = means_.queue.pop();
      if (const auto* const bad = std::get_if<BadLine>(&exchange.what)) {
        lines.problem(bad->number, bad->problem, {"", &bad->faults, nullptr});
      } else if (const Line& line = std::get<Line>(exchange.what);
                 line.status == storage::Status::ok) {
        lines.created(line.id);
      } else {
        lines.problem(line.number, to_problem(line.status), {});
      }
      means_.exchanges.give_back(exchange);
    }
    lines.end();
  });
}

void Upload::write_end(Output& output) {
  output.part(answer_, [&](OutputBuffer& into) {
    if (stage_ == Stage::ended) return write_stream_end(into, chunked());
    LineWriter lines(into, chunked());
    lines.problem(0, why_broken_, {});
    lines.end();
  });
  output.end(answer_, stage_ == Stage::ended);
}

}  // namespace rollcall::server
