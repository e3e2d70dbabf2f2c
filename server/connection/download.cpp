#include "server/connection/download.hpp"

#include "protocol/json/line_answer.hpp"

namespace rollcall::server {

using protocol::OutputBuffer;

Download::Progress Download::write(Output& output, const RequestFacts& request,
                                   const storage::ExportOperation& operation,
                                   const protocol::AnswerContext& context) {
  const bool chunked = request.http11;
  if (!begun_) {
    begun_ = true;
    stream_.request = request;
    output.part(stream_, [&](OutputBuffer& into) { write_stream_head(into, {chunked}, context); });
  }
  if (operation.status != storage::Status::ok) {
    break_off(output);
    return Progress::broken;
  }
  const std::uint64_t before = stream_.octets;
  if (operation.users.size() > 0) {
    output.part(stream_, [&](OutputBuffer& into) {
      protocol::LineWriter lines(into, chunked);
      for (std::size_t i = 0; i < operation.users.size(); ++i) {
        lines.user(operation.users.id(i), operation.users.user(i));
      }
      lines.end();
    });
  }
  piece_octets_ = static_cast<std::size_t>(stream_.octets - before);
  if (!operation.end) return Progress::more;
  output.part(stream_, [&](OutputBuffer& into) { protocol::write_stream_end(into, chunked); });
  output.end(stream_, true);
  return Progress::whole;
}

}  // namespace rollcall::server
