#pragma once

#include <cstddef>

#include "protocol/answer.hpp"
#include "server/connection/output.hpp"
#include "storage/list.hpp"

namespace rollcall::server {

/// All users as the answer to one request, a line each, written piece by piece as the store gives
/// them and the client reads them.
class Download {
 public:
  enum class Progress : std::uint8_t {
    more,    ///< The next piece is wanted.
    whole,   ///< The answer has ended.
    broken,  ///< There is no next piece. Without its end nobody takes the answer for whole.
  };

  /// The head is written: from then on there is no other answer.
  bool begun() const noexcept { return begun_; }
  /// Octets of the last piece: about what the next one takes.
  std::size_t piece_octets() const noexcept { return piece_octets_; }

  /// Writes the piece that `operation` has come to, and before the first one the head, for which
  /// `context` is.
  Progress write(Output& output, const RequestFacts& request,
                 const storage::ExportOperation& operation, const protocol::AnswerContext& context);
  /// It ends before its time.
  void break_off(Output& output) const noexcept { output.end(stream_, false); }

 private:
  Output::Stream stream_;
  std::size_t piece_octets_ = 0;
  bool begun_ = false;
};

}  // namespace rollcall::server
