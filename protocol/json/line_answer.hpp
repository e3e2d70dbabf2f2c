#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/answer.hpp"
#include "protocol/json/writer.hpp"

/// Answers whose bodies are lines (application/x-ndjson): of the users of a stream, and of all
/// users.
namespace rollcall::protocol {

/// What the head of such an answer says.
struct StreamHead {
  bool chunked =
      true;  ///< The body is in the chunked coding; otherwise it ends with the connection.
  std::optional<Problem> problem{};  ///< The status is this one's; otherwise 200.
  const char* fields = "";           ///< More field lines; each begins with a line end.
};
void write_stream_head(OutputBuffer& buffer, const StreamHead& head, const AnswerContext& context);

/// What became of the lines of a stream, in numbers. A line that is neither was blank.
struct LineCounts {
  std::uint64_t lines = 0;
  std::uint64_t created = 0;
  std::uint64_t refused = 0;
};

/// Lines written together: one chunk, or none if there is no line. To be ended before anything else
/// is done with the buffer.
class LineWriter {
 public:
  LineWriter(OutputBuffer& buffer, bool chunked) noexcept
      : buffer_(buffer), begin_(buffer.size()), chunked_(chunked) {}
  /// {"line":…,"id":…}
  void created(std::uint64_t line, storage::UserId id);
  /// The user, as the answer to a GET has it.
  void user(storage::UserId id, const storage::UserView& user);
  /// The problem+json of a line, with its number.
  void problem(std::uint64_t line, Problem problem, const ProblemExtras& extras);
  /// {"lines":…,"created":…,"refused":…}
  void summary(const LineCounts& counts);
  /// Octets so far.
  std::size_t octets() const noexcept { return buffer_.size() - begin_; }
  void end();

 private:
  Writer begin_line(std::size_t max_octets);
  void end_line(Writer& writer);

  OutputBuffer& buffer_;
  const std::size_t begin_;
  const bool chunked_;
};

/// The end of a stream, if it is in the chunked coding.
void write_stream_end(OutputBuffer& buffer, bool chunked);

}  // namespace rollcall::protocol
