#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/answer.hpp"

/// The answer to a stream of users: a 200 whose body grows, a line for each line of the request.
namespace rollcall::protocol {

/// The head. `chunked`: the body is in the chunked coding; otherwise it ends with the connection.
void write_stream_head(OutputBuffer& buffer, bool chunked, const AnswerContext& context);

/// Lines written together: one chunk. To be ended, with at least one line in it, before anything
/// else is done with the buffer.
class LineWriter {
 public:
  LineWriter(OutputBuffer& buffer, bool chunked);
  /// {"id":…}
  void created(storage::UserId id);
  /// The user, as the answer to a GET has it.
  void user(storage::UserId id, const storage::UserView& user);
  /// The problem+json of a line, with its number.
  void problem(std::uint64_t line, Problem problem, const ProblemExtras& extras);
  void end();

 private:
  OutputBuffer& buffer_;
  const std::size_t begin_;
  const bool chunked_;
};

/// The end of a stream, if it is in the chunked coding.
void write_stream_end(OutputBuffer& buffer, bool chunked);

}  // namespace rollcall::protocol
