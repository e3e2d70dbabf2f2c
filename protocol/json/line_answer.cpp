#include "protocol/json/line_answer.hpp"

#include "protocol/json/problem_json.hpp"
#include "protocol/json/writer.hpp"

namespace rollcall::protocol {
namespace {

/// A chunk's size, with leading zeros (RFC 9112, section 7.1), which is set when it is known.
constexpr std::string_view size_line = "00000000\r\n";
constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

void write_stream_head(OutputBuffer& buffer, const StreamHead& head, const AnswerContext& context) {
  buffer.append("HTTP/1.1 ");
  if (head.problem) {
    const ProblemRow& about = row(*head.problem);
    buffer.append(Digits(about.status).text());
    buffer.append(" ");
    buffer.append(about.reason);
    if (about.retry_after_seconds > 0) {
      buffer.append("\r\nRetry-After: ");
      buffer.append(Digits(about.retry_after_seconds).text());
    }
  } else {
    buffer.append("200 OK");
  }
  buffer.append("\r\nContent-Type: ");
  buffer.append(name_of(context.lines));
  buffer.append("\r\nVary: Accept");
  buffer.append(head.fields);
  buffer.append("\r\nDate: ");
  buffer.append(context.date);
  if (head.chunked) buffer.append("\r\nTransfer-Encoding: chunked");
  if (context.close || !head.chunked) buffer.append("\r\nConnection: close");
  buffer.append("\r\n\r\n");
}

Writer LineWriter::begin_line(std::size_t max_octets) {
  if (chunked_ && buffer_.size() == begin_) buffer_.append(size_line);
  buffer_.reserve(max_octets);
  return Writer(buffer_.tail());
}

void LineWriter::end_line(Writer& writer) {
  writer.text("\n");
  buffer_.commit(static_cast<std::size_t>(writer.at() - buffer_.tail()));
}

void LineWriter::created(std::uint64_t line, storage::UserId id) {
  constexpr std::size_t max_octets = 64;
  Writer writer = begin_line(max_octets);
  writer.text("{\"line\":").number(line).text(",\"id\":").number(id).text("}");
  end_line(writer);
}

void LineWriter::user(storage::UserId id, const storage::UserView& user) {
  Writer writer = begin_line(max_user_json_octets(user.octets()) + 1);
  write_user_json(writer, Digits(id).text(), user);
  end_line(writer);
}

void LineWriter::problem(std::uint64_t line, Problem problem, const ProblemExtras& extras) {
  Writer writer = begin_line(max_problem_json_octets(extras) + 32);
  writer.text("{\"line\":").number(line).text(",");
  write_problem_members(writer, problem, extras);
  writer.text("}");
  end_line(writer);
}

void LineWriter::summary(const LineCounts& counts) {
  constexpr std::size_t max_octets = 128;
  Writer writer = begin_line(max_octets);
  writer.text("{\"lines\":").number(counts.lines);
  writer.text(",\"created\":").number(counts.created);
  writer.text(",\"refused\":").number(counts.refused).text("}");
  end_line(writer);
}

void LineWriter::end() {
  if (!chunked_ || buffer_.size() == begin_) return;
  std::size_t octets = buffer_.size() - begin_ - size_line.size();
  for (char* at = buffer_.at(begin_) + 8; octets > 0; octets /= 16) *--at = hex_digits[octets % 16];
  buffer_.append("\r\n");
}

void write_stream_end(OutputBuffer& buffer, bool chunked) {
  if (chunked) buffer.append("0\r\n\r\n");
}

}  // namespace rollcall::protocol
