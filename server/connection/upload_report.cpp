#include "server/connection/upload_report.hpp"

#include <utility>

#include "server/limits.hpp"

namespace rollcall::server {

using protocol::LineWriter;
using protocol::OutputBuffer;

std::string UploadAnswer::fields(bool early) const {
  std::string fields = replayed ? "\r\nIdempotency-Replayed: true" : "";
  if (early || minimal) fields += "\r\nPreference-Applied: ";
  if (early) fields += "answer=early";
  if (early && minimal) fields += ", ";
  if (minimal) fields += "return=minimal";
  return fields;
}

UploadReport::UploadReport(UploadResults results, const RequestFacts& request,
                           const UploadAnswer& answer)
    : answer_(answer), results_(std::move(results)) {
  stream_.request = request;
  if (answer.why_broken) stream_.status = row(*answer.why_broken).status;
}

bool UploadReport::write(Output& output, const protocol::AnswerContext& context) {
  const bool chunked = stream_.request.http11;
  if (!std::exchange(begun_, true)) {
    const std::string fields = answer_.fields(false);
    const protocol::StreamHead head{chunked, answer_.why_broken, fields.c_str()};
    output.part(stream_, [&](OutputBuffer& into) { write_stream_head(into, head, context); });
  }
  bool whole = false;
  output.part(stream_, [&](OutputBuffer& into) {
    LineWriter lines(into, chunked);
    whole = write_lines(lines);
    if (whole) write_last_lines(lines);
    lines.end();
    if (whole) protocol::write_stream_end(into, chunked);
  });
  if (whole) output.end(stream_, true);
  return whole;
}

bool UploadReport::write_lines(LineWriter& lines) {
  while (lines.octets() < upload_answer_piece_octets) {
    if (written_ == run_.count) {
      if (!reader_.next(run_)) return true;
      written_ = 0;
    }
    if (run_.id == 0) {
      lines.problem(run_.line_of(written_), run_.refusal.problem,
                    {"", &run_.refusal.faults, nullptr});
    } else if (answer_.minimal) {
      written_ = run_.count;
      continue;
    } else {
      lines.created(run_.line_of(written_), run_.id + written_);
    }
    ++written_;
  }
  return false;
}

void UploadReport::write_last_lines(LineWriter& lines) const {
  if (answer_.minimal) lines.summary({answer_.lines, results_.users(), results_.refusals()});
  if (answer_.why_broken) lines.problem(0, *answer_.why_broken, {});
}

void UploadReport::break_off(Output& output) const noexcept {
  if (begun_) output.end(stream_, false);
}

}  // namespace rollcall::server
