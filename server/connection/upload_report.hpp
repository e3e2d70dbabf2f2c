#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/json/line_answer.hpp"
#include "protocol/problem.hpp"
#include "server/connection/output.hpp"
#include "server/connection/upload_results.hpp"

namespace rollcall::server {

/// What an answer to an upload has.
struct UploadAnswer {
  bool minimal = false;  ///< Refused lines and a summary only.
  std::uint64_t lines = 0;
  bool replayed = false;  ///< An earlier request with its key created some of its lines.
  std::optional<protocol::Problem> why_broken{};  ///< The upload could not be read to its end.

  /// The field lines that say what of Prefer was done and that it is replayed, or nothing.
  std::string fields(bool early) const;
};

/// The answer to an upload that has been read, as far as it could be: a line for each of its lines,
/// written piece by piece from the runs that were kept, as its client reads them. Of an upload that
/// could not be read to its end, the status and the last line say why: the answer itself is whole.
class UploadReport {
 public:
  UploadReport(UploadResults results, const RequestFacts& request, const UploadAnswer& answer);

  /// Writes a piece of about upload_answer_piece_octets, before the first one the head, for which
  /// `context` is. False if more is to come.
  bool write(Output& output, const protocol::AnswerContext& context);
  /// It ends before its time, if it has begun.
  void break_off(Output& output) const noexcept;

 private:
  /// Whether there are no more.
  bool write_lines(protocol::LineWriter& lines);
  void write_last_lines(protocol::LineWriter& lines) const;

  Output::Stream stream_;
  const UploadAnswer answer_;
  const UploadResults results_;
  UploadResults::Reader reader_{results_};
  UploadResults::Run run_{};  ///< Of which `written_` lines are written.
  std::uint64_t written_ = 0;
  bool begun_ = false;
};

}  // namespace rollcall::server
