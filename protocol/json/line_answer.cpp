#include "protocol/json/line_answer.hpp"

#include "protocol/json/problem_json.hpp"
#include "protocol/json/writer.hpp"

namespace rollcall::protocol {
namespace {

/// A chunk's size, with leading zeros (RFC 9112, section 7.1), which is set when it is known.
constexpr std::string_view size_line = "00000000\r\n";
constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

void write_stream_head(OutputBuffer& buffer, bool chunked, const AnswerContext& context) {
  buffer.append("HTTP/1.1 200 OK\r\nContent-Type: ");
  buffer.append(name_of(context.lines));
  buffer.append("\r\nVary: Accept\r\nDate: ");
  buffer.append(context.date);
  if (chunked) buffer.append("\r\nTransfer-Encoding: chunked");
  if (context.close || !chunked) buffer.append("\r\nConnection: close");
  buffer.append("\r\n\r\n");
}

LineWriter::LineWriter(OutputBuffer& buffer, bool chunked)
    : buffer_(buffer), begin_(buffer.size()), chunked_(chunked) {
  if (chunked) buffer.append(size_line);
}

void LineWriter::created(storage::UserId id) {
  constexpr std::size_t max_octets = 32;
  buffer_.reserve(max_octets);
  char* const begin = buffer_.tail();
  Writer writer(begin);
  writer.text("{\"id\":").number(id).text("}\n");
  buffer_.commit(static_cast<std::size_t>(writer.at() - begin));
}

void LineWriter::user(storage::UserId id, const storage::UserView& user) {
  buffer_.reserve(max_user_json_octets(user.octets()) + 1);
  char* const begin = buffer_.tail();
  Writer writer(begin);
  write_user_json(writer, Digits(id).text(), user);
  writer.text("\n");
  buffer_.commit(static_cast<std::size_t>(writer.at() - begin));
}

void LineWriter::problem(std::uint64_t line, Problem problem, const ProblemExtras& extras) {
  buffer_.reserve(max_problem_json_octets(extras) + 32);
  char* const begin = buffer_.tail();
  Writer writer(begin);
  writer.text("{\"line\":").number(line).text(",");
  write_problem_members(writer, problem, extras);
  writer.text("}\n");
  buffer_.commit(static_cast<std::size_t>(writer.at() - begin));
}

void LineWriter::end() {
  if (!chunked_) return;
  std::size_t octets = buffer_.size() - begin_ - size_line.size();
  for (char* at = buffer_.at(begin_) + 8; octets > 0; octets /= 16) *--at = hex_digits[octets % 16];
  buffer_.append("\r\n");
}

void write_stream_end(OutputBuffer& buffer, bool chunked) {
  if (chunked) buffer.append("0\r\n\r\n");
}

}  // namespace rollcall::protocol
