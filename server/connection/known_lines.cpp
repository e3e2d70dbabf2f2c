#include "server/connection/known_lines.hpp"

namespace rollcall::server {

using storage::UploadRun;
using storage::UserId;

std::optional<UserId> KnownLines::on_user(std::uint64_t line,
                                          const storage::UserView& user) noexcept {
  whole_ = nullptr;
  if (runs_.empty()) return std::nullopt;
  const UploadRun& run = runs_.front();
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
  runs_.pop();
  told_ = 0;
  digest_ = 0;
  return id;
}

void KnownLines::on_bad_line(std::uint64_t line) noexcept {
  if (!runs_.empty() && line >= runs_.front().line) differs_ = true;
}

void KnownLines::finish() noexcept {
  if (!runs_.empty()) differs_ = true;
}

}  // namespace rollcall::server
