#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "storage/idempotency_key.hpp"

namespace rollcall::server {

/// The lines of an upload that an earlier request with its key has created, and whether this
/// request has the same. Lines are told by rising numbers; one that is not told was blank. Knows no
/// store and no output.
class KnownLines {
 public:
  KnownLines() = default;
  explicit KnownLines(storage::UploadRuns runs) noexcept : runs_(std::move(runs)) {}

  /// What became of a line that is a user: its id, if it is known.
  std::optional<storage::UserId> on_user(std::uint64_t line,
                                         const storage::UserView& user) noexcept;
  /// The line that on_user() has just been told was the last one of a run: that run.
  const storage::UploadRun* whole_run() const noexcept { return whole_; }
  /// A line is not a user.
  void on_bad_line(std::uint64_t line) noexcept;
  /// There are no more lines.
  void finish() noexcept;

  /// The request has other lines than the earlier one. From then on nothing needs to be told.
  bool differs() const noexcept { return differs_; }

 private:
  storage::UploadRuns runs_;  ///< The one that is met next, or now, and those behind it.
  const storage::UploadRun* whole_ = nullptr;
  std::uint64_t told_ = 0;       ///< Lines so far, of the run that is met now.
  storage::Version digest_ = 0;  ///< Of them.
  bool differs_ = false;
};

}  // namespace rollcall::server
