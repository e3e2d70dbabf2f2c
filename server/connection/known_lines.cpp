#include "server/connection/known_lines.hpp"

namespace rollcall::server {

using storage::UploadRun;
using storage::UserId;

std::optional<UserId> KnownLines::on_user(std::uint64_t line,
                                          const storage::UserView& user) noexcept {
  whole_ = nullptr;
  if (at_ == runs_.size()) return std::nullopt;
  const UploadRun& run = runs_[at_];
  if (line < run.line) return std::nullopt;
  // Lines of the run are missing.
  if (line != run.line + told_) {
    differs_ = true;
    return std::nullopt;
  }
  digest_ += storage::digest_of_line(line, user);
  const UserId id = run.id + told_;
  if (++told_ < run.count) return id;
  if (digest_ != run.digest) {
    differs_ = true;
    return std::nullopt;
  }
  whole_ = &run;
  ++at_;
  told_ = 0;
  digest_ = 0;
  return id;
}

void KnownLines::on_bad_line(std::uint64_t line) noexcept {
  if (at_ < runs_.size() && line >= runs_[at_].line) differs_ = true;
}

void KnownLines::finish() noexcept {
  if (at_ < runs_.size()) differs_ = true;
}

}  // namespace rollcall::server
